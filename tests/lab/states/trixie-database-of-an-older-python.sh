# The machine was upgraded: the database is a gdbm file, and the new Python came without python3-gdbm
# suite: trixie
# fails: persistence.readable
# may: logging.quiet service.not-flapping
systemctl stop flower
rm /var/lib/flower/flower.db*
runuser -u celery -- python3 -c 'import dbm.gnu; dbm.gnu.open("/var/lib/flower/flower.db", "n")["events"] = b"x" * 5000'
rm /usr/lib/python3.13/lib-dynload/_gdbm*.so
restart_flower
