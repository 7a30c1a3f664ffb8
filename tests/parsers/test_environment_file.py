"""Files of NAME=value lines; what systemd 252 makes of them was asked of it with `systemd-run -p EnvironmentFile=`."""

import pytest

from flower_audit.parsers.environment_file import read_environment_file

TEXT = r"""A="ops:x","oncall:y"
B='a'b"c"
C=a"b"c
D=  lead ~
E="two" "words"
F=x # a comment
G="multi
line"
H=a\
b
I="a\"b\$c\`d\\e\n"
J=a\"b
K="x" # a comment
  L=indented
N='it''s'
O=back\slash
P=trail\ ~
Q="a"'b' c
R = spaced
#X=1
;Y=2
=no name
no value
S=
Z=end""".replace("~", " ")
READ = {
    "A": 'ops:x,"oncall:y"',
    "B": 'ab"c"',
    "C": 'a"b"c',
    "D": "lead",
    "E": "twowords",
    "F": "x # a comment",
    "G": "multi\nline",
    "H": "ab",
    "I": 'a"b$c`d\\e\\n',
    "J": 'a"b',
    "K": "x# a comment",
    "L": "indented",
    "N": "its",
    "O": "backslash",
    "P": "trail ",
    "Q": "abc",
    "R": "spaced",
    "S": "",
    "Z": "end",
}


@pytest.mark.parametrize("name", READ)
def test_a_value_as_systemd_reads_it(name: str) -> None:
    assert read_environment_file(TEXT)[name] == READ[name]


def test_nothing_else_is_read() -> None:
    assert set(read_environment_file(TEXT)) == set(READ)


def test_a_shell_exports_and_systemd_does_not() -> None:
    text = "export A=1\nB=2\n"
    assert read_environment_file(text) == {"A": "1", "B": "2"}
    assert read_environment_file(text, exports=False) == {"B": "2"}


@pytest.mark.parametrize("text", ["A='never closed", 'A="never closed', "A=\\", "A", "=", "\n" * 10, "A=1\\\n"])
def test_a_broken_end(text: str) -> None:
    assert read_environment_file(text).get("A", "") in {"", "1", "never closed"}
