"use strict";
(() => {
  const root = document.documentElement;
  const $ = (id) => document.getElementById(id);
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  root.classList.add("js");

  const body = $("table").tBodies[0];
  const chips = all(".chip");
  const order = (by) => chips.filter((chip) => chip.dataset.by === by).map((chip) => chip.dataset.value);
  const orders = { outcome: order("outcome"), severity: order("severity") };
  const rows = Array.from(body.rows, (row, place) => ({ row, place, ...row.dataset, text: "" }));
  const state = { q: "", sort: "", chosen: {} };

  // The words of a row are collected when somebody first searches: a large page must open at once.
  const textOf = (one) => (one.text ||= one.row.textContent.toLowerCase());

  function matches(one) {
    for (const [by, values] of Object.entries(state.chosen)) {
      if (values.size && !values.has(one[by])) return false;
    }
    return state.q.toLowerCase().split(/\s+/).every((word) => !word || textOf(one).includes(word));
  }

  function compare(by, sign) {
    const rank = orders[by];
    const key = rank ? (one) => rank.indexOf(one[by]) : (one) => one[by];
    return (a, b) => {
      const [left, right] = [key(a), key(b)];
      return left < right ? -sign : left > right ? sign : a.place - b.place;
    };
  }

  function shown() {
    return rows.filter((one) => !one.row.hidden);
  }

  function apply() {
    for (const one of rows) one.row.hidden = !matches(one);
    const [by, down] = state.sort.split("-");
    const sorted = by ? [...rows].sort(compare(by, down ? -1 : 1)) : rows;
    if (apply.sorted !== state.sort) body.append(...sorted.map((one) => one.row));
    apply.sorted = state.sort;
    for (const head of all("th[data-sort]")) {
      const own = head.dataset.sort === by;
      own ? head.setAttribute("aria-sort", down ? "descending" : "ascending") : head.removeAttribute("aria-sort");
    }
    for (const chip of chips) {
      chip.setAttribute("aria-pressed", String(!!state.chosen[chip.dataset.by]?.has(chip.dataset.value)));
    }
    const count = shown().length;
    $("shown").textContent = count === rows.length ? `${count} checks` : `${count} of ${rows.length} checks`;
    $("none").hidden = count > 0;
    if ($("search").value !== state.q) $("search").value = state.q;
  }
  apply.sorted = "";

  function address() {
    const told = new URLSearchParams();
    if (state.q) told.set("q", state.q);
    if (state.sort) told.set("sort", state.sort);
    for (const [by, values] of Object.entries(state.chosen)) for (const value of values) told.append(by, value);
    const text = told.toString();
    return text ? `#?${text}` : "#checks";
  }

  function changed() {
    apply();
    history.replaceState(null, "", address());
  }

  function reset() {
    Object.assign(state, { q: "", sort: "", chosen: {} });
  }

  // `#?…` is a view of the table, anything else an anchor on the page.
  function follow() {
    if (location.hash.startsWith("#?")) {
      reset();
      const told = new URLSearchParams(location.hash.slice(2));
      state.q = told.get("q") ?? "";
      const sort = told.get("sort") ?? "";
      state.sort = /^(outcome|severity|check|target|section)(-down)?$/.test(sort) ? sort : "";
      for (const chip of chips) {
        const { by, value } = chip.dataset;
        if (told.getAll(by).includes(value)) (state.chosen[by] ??= new Set()).add(value);
      }
      apply();
      $("checks").scrollIntoView();
      return;
    }
    const name = location.hash.slice(1);
    let target = $(name);
    try {
      target ??= $(decodeURIComponent(name));
    } catch {
      return;
    }
    if (!target) return;
    const row = target.closest("#table tbody tr");
    if (row?.hidden) {
      reset();
      apply();
    }
    for (let at = target.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
    if (row || target.closest("figure")) target.scrollIntoView();
  }

  for (const chip of chips) {
    chip.addEventListener("click", () => {
      const chosen = (state.chosen[chip.dataset.by] ??= new Set());
      if (!chosen.delete(chip.dataset.value)) chosen.add(chip.dataset.value);
      changed();
    });
  }
  for (const head of all("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const by = head.dataset.sort;
      state.sort = state.sort === by ? `${by}-down` : state.sort === `${by}-down` ? "" : by;
      changed();
    });
  }
  $("search").addEventListener("input", () => {
    state.q = $("search").value;
    changed();
  });
  for (const id of ["reset", "reset-too"]) {
    $(id).addEventListener("click", () => {
      reset();
      changed();
      $("search").focus();
    });
  }
  // A second click on the same anchor changes no hash, yet its details may have been closed since.
  document.addEventListener("click", (event) => {
    if (event.target.closest?.('a[href^="#"]')) setTimeout(follow);
  });
  addEventListener("hashchange", follow);

  // Export of what is shown, in its order.
  const FIELDS = ["observed", "wanted", "where", "reason", "why", "fix", "source"];

  function exported() {
    return all("tr", body).filter((row) => !row.hidden).map((row) => {
      const { check, target, outcome, severity, section } = row.dataset;
      const told = { check, target, case: row.dataset.case, outcome, severity, section };
      told.title = row.querySelector(".title").textContent;
      for (const field of FIELDS) told[field] = row.querySelector(`dd[data-key="${field}"]`)?.textContent ?? "";
      return told;
    });
  }

  function save(name, type, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  // A spreadsheet takes a cell that begins so for a formula.
  const cell = (text) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

  $("export-json").addEventListener("click", () => {
    const told = { started_at: document.querySelector("time").dateTime, view: address(), results: exported() };
    save("flower-audit-view.json", "application/json", `${JSON.stringify(told, null, 2)}\n`);
  });
  $("export-csv").addEventListener("click", () => {
    const heads = ["check", "target", "case", "outcome", "severity", "section", "title", ...FIELDS];
    const lines = [heads, ...exported().map((told) => heads.map((head) => told[head]))];
    save("flower-audit-view.csv", "text/csv", lines.map((line) => `${line.map(cell).join(",")}\r\n`).join(""));
  });

  // Copy buttons beside what is to be typed.
  for (const code of navigator.clipboard ? all(".card .fix code") : []) {
    if (!/[\s=/]/.test(code.textContent)) continue; // a word is quicker typed
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${code.textContent}`);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }
      setTimeout(() => (button.textContent = "Copy"), 2_000);
    });
    if (code.textContent.length < 60) {
      const kept = document.createElement("span");
      kept.className = "kept";
      code.replaceWith(kept);
      kept.append(code, button);
    } else {
      code.after(button);
    }
  }

  // Light and dark: the system's choice until the reader chooses; remembered where the browser allows it.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const remember = (value) => {
    try {
      if (value) localStorage.setItem("flower-audit-theme", value);
      return localStorage.getItem("flower-audit-theme");
    } catch {
      return null;
    }
  };
  const label = () => ($("theme").textContent = isDark() ? "Light" : "Dark");
  const remembered = remember();
  if (remembered === "dark" || remembered === "light") root.dataset.theme = remembered;
  label();
  dark.addEventListener("change", label);
  $("theme").addEventListener("click", () => {
    root.dataset.theme = remember(isDark() ? "light" : "dark") ?? (isDark() ? "light" : "dark");
    label();
  });

  // Print everything opened, or the failures only; then put it back.
  let opened = [];
  addEventListener("beforeprint", () => {
    const failures = root.classList.contains("print-failures");
    opened = all(failures ? ".card, tr[data-outcome=fail] details" : "details").filter((one) => !one.open);
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
    opened = [];
    root.classList.remove("print-failures");
  });
  $("print-all").addEventListener("click", () => print());
  $("print-failures").addEventListener("click", () => {
    root.classList.add("print-failures");
    print();
  });

  apply();
  follow();
})();
