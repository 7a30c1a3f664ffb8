# The unit was hardened and reloaded, and Flower has not been restarted since
# fails: service.hardening
cp $UNIT /root/hardened
sed -i -E '/^(NoNewPrivileges|Protect|Private|Restrict|LockPersonality|MemoryDeny|RemoveIPC|Capability|SystemCall)/d' $UNIT
restart_flower
cp /root/hardened $UNIT
systemctl daemon-reload
