# The host's clock runs 45 seconds ahead, as a login session sees it (libfaketime: the lab's hosts share one clock)
# fails: workers.clock
# packages: libfaketime
printf 'LD_PRELOAD=%s\nFAKETIME=+45\n' /usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 >> /etc/environment
echo 'session required pam_env.so' >> /etc/pam.d/sudo
