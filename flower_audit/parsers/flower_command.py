"""How Flower was started: the words of a command line, read the way Celery and then Flower read them.

Flower throws away every argument after `flower` whose name is none of its options (so `--broker` there does nothing),
and Tornado stops at the first of the rest that has no dash: `celery flower port=5555 --basic_auth=…` runs open.
Sources: flower/command.py `apply_options`, tornado/options.py `parse_command_line`.
"""

import posixpath
import re
import shlex
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal

Form = Literal["celery", "python -m flower", "flower", "unknown"]

TAKES_VALUE = frozenset({"-A", "--app", "-b", "--broker", "--result-backend", "--loader", "--config", "--workdir"})
"""Celery's own options whose value is the next word."""

METHODS = frozenset(
    {
        "add_parse_callback",
        "as_dict",
        "define",
        "group_dict",
        "groups",
        "items",
        "mockable",
        "parse_command_line",
        "parse_config_file",
        "print_help",
        "run_parse_callbacks",
    }
)
"""Names that Flower takes for options because Tornado's parser has methods of that name."""

SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One option given to Flower.  Shape: `name` with underscores; `text` is None without an equals sign."""

    name: str
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowerCommand:
    """A command line that starts Flower.

    Shape: `before` are the words for Celery; `flags` the options Flower honours, in order; `dropped` the names of those
    that it throws away without effect; `stopped_at` the word at which it stopped reading, with `unread` after it;
    `sources` files that a shell wrapper reads into the environment, `variables` those that it leaves to the shell.
    """

    form: Form
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    assigned: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()

    def flags(self, names: Container[str]) -> tuple[Flag, ...]:
        """The options that Flower honours, in their order; `names` are the options of its release."""
        flags = []
        for word in self._kept(names):
            if not word.startswith("-"):
                break
            name, equals, text = word.lstrip("-").partition("=")
            flags.append(Flag(name=name.replace("-", "_"), text=text if equals else None))
        return tuple(flags)

    def stopped_at(self, names: Container[str]) -> str:
        """The word without a dash that ends Flower's reading of its options, else empty."""
        kept = self._kept(names)
        place = next((index for index, word in enumerate(kept) if not word.startswith("-")), len(kept))
        return kept[place] if place < len(kept) - 1 else ""

    def dropped(self, names: Container[str]) -> tuple[str, ...]:
        """The names, with their dashes, of options that Flower throws away because it has none of that name."""
        kept = self._kept(names)
        return tuple(_name_of(word) for word in self.after if re.match(r"-+[A-Za-z]", word) and word not in kept)

    def _kept(self, names: Container[str]) -> list[str]:
        def is_option(word: str) -> bool:
            name = word.lstrip("-").partition("=")[0].replace("-", "_")
            return name in names or name in METHODS

        return [word for word in self.after if is_option(word)]


def read_command(words: Sequence[str]) -> FlowerCommand:
    """Read the words of a command line, through `python`, `env`, `sh -c` and other wrappers; never raises.

    Shape: `form` is `unknown` where the words do not start Flower.
    """
    words = list(words)
    place = next((index for index, word in enumerate(words) if posixpath.basename(word) in SHELLS), None)
    if place is not None and _script_of(words[place:]):
        return _read_shell(_script_of(words[place:]))
    for index, word in enumerate(words):
        name = posixpath.basename(word)
        if name == "flower" or (word == "-m" and words[index + 1 : index + 2] == ["flower"]):
            rest = words[index + 1 + (word == "-m") :]
            by_module = word == "-m" or words[index - 1 : index] == ["-m"]
            found = _after_celery(rest) if by_module else None
            # `python -m flower` is Celery's own command since 1.0; the script of 0.9 takes its options directly.
            if found:
                return FlowerCommand(
                    form="python -m flower", before=found[0], after=found[1], assigned=_assigned(words[:index])
                )
            form: Form = "python -m flower" if by_module else "flower"
            return FlowerCommand(form=form, before=tuple(rest), after=tuple(rest), assigned=_assigned(words[:index]))
        if name in {"celery", "celery.py"} or (word == "-m" and words[index + 1 : index + 2] == ["celery"]):
            found = _after_celery(words[index + 1 + (word == "-m") :])
            if not found:
                break
            return FlowerCommand(form="celery", before=found[0], after=found[1], assigned=_assigned(words[:index]))
    return FlowerCommand(form="unknown")


def _name_of(word: str) -> str:
    """The option's name as written; of `-bVALUE` only the letter, because the rest may be a secret."""
    return word[:2] if "=" not in word and not word.startswith("--") else word.partition("=")[0]


def _after_celery(words: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The words before and after the subcommand `flower`; None where the subcommand is another."""
    index = 0
    while index < len(words):
        if words[index] in TAKES_VALUE:
            index += 2
        elif words[index].startswith("-"):
            index += 1
        elif words[index] == "flower":
            return tuple(words[:index]), tuple(words[index + 1 :])
        else:
            return None
    return None


def _assigned(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    pairs = [re.fullmatch(r"([A-Za-z_]\w*)=(.*)", word, re.DOTALL) for word in words]
    return tuple((pair[1], pair[2]) for pair in pairs if pair)


def _script_of(words: list[str]) -> str:
    """The text after `-c` of a shell's words (`sh -c …`, `bash -lc …`), else empty."""
    for index, word in enumerate(words[1:-1], start=1):
        if re.fullmatch(r"-[a-z]*c", word):
            return words[index + 1]
        if not word.startswith("-"):
            return ""
    return ""


def _read_shell(script: str) -> FlowerCommand:
    """Read the simple command of a shell script that starts Flower, with what is assigned and sourced before it."""
    lexer = shlex.shlex(script, posix=True, punctuation_chars=";&|\n")
    lexer.whitespace_split = True
    lexer.whitespace = " \t\r"
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:
        return FlowerCommand(form="unknown")
    commands: list[list[str]] = [[]]
    for word in words:
        if re.fullmatch(r"[;&|\n]+", word):
            commands.append([])
        else:
            commands[-1].append(word)
    assigned: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()
    for command in commands:
        if command[:1] in (["."], ["source"]):
            sources += tuple(command[1:2])
        elif command[:1] in (["export"], ["set"]) or all("=" in word for word in command):
            assigned += _assigned(command)
        else:
            found = read_command(command)
            if found.form != "unknown":
                return FlowerCommand(
                    form=found.form,
                    before=found.before,
                    after=found.after,
                    assigned=assigned + found.assigned,
                    sources=sources + found.sources,
                )
    return FlowerCommand(form="unknown")
