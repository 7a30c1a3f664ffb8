# A password in the journal of the unit
# fails: secrets.not-in-logs
drop_in "ExecStartPre=/bin/sh -c 'echo starting with \$FLOWER_BASIC_AUTH'"
restart_flower
