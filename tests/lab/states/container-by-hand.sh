# The container was started by hand, with no restart policy and no unit
# fails: service.installed
# packages: podman iptables
flower_in_container
words=$(sed -n '/^ExecStart=/,/[^\\]$/p' $UNIT | tr -d '\\\n' | sed -e 's/^ExecStart=//' -e 's/--rm//' -e 's/--cgroups=no-conmon//' \
    -e 's/--sdnotify=conmon//' -e 's/--cidfile=[^ ]*//')
systemctl disable -q flower
rm $UNIT
systemctl daemon-reload
$words > /dev/null
flower_answers
