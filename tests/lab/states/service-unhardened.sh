# The unit of the guide: no hardening at all
# fails: service.hardening
sed -i -E '/^(NoNewPrivileges|Protect|Private|Restrict|LockPersonality|MemoryDeny|RemoveIPC|Capability|SystemCall)/d' $UNIT
restart_flower
