# A user without privileges runs the container under a systemd of its own, and nothing limits it
# fails: service.memory-limit service.cpu-quota
# packages: podman iptables uidmap slirp4netns dbus-user-session
flower_in_container
rootless
