"""`python -m flower_audit.cli`, where the command is not on the path."""

from flower_audit.cli import main

main(prog_name="flower-audit")
