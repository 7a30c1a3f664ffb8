"""Renews what README shows: the demo's terminal output and the pictures of its page (`make screenshots`)."""

import os
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SHOWN_LINES = 34


def main() -> None:
    """Run the demo once, then write both."""
    command = [sys.executable, "-m", "pytest", "--flower-host=demo", "-p", "no:cacheprovider"]
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stdout + done.stderr)
    write_output(done.stdout)
    take_pictures(ROOT / "reports" / "flower-audit.html")


def write_output(stdout: str) -> None:
    """Put the beginning of the summary between README's markers."""
    lines = stdout[stdout.index("GATE ") :].replace(str(ROOT) + "/", "").splitlines()
    shown = "\n".join(line.rstrip() for line in lines[:SHOWN_LINES])
    block = f"<!-- output:begin -->\n```\n$ pytest --flower-host=demo\n{shown}\n…\n```\n<!-- output:end -->"
    readme = ROOT / "README.md"
    pattern = re.compile("<!-- output:begin -->.*?<!-- output:end -->", re.DOTALL)
    readme.write_text(pattern.sub(lambda _: block, readme.read_text()))


def take_pictures(page_file: Path) -> None:
    """The page at 1280 x 800, light and dark."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
            page.goto(page_file.as_uri())
            page.screenshot(path=IMAGES / f"demo-{scheme}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
