# flowerconfig.py.example was copied from a host in use, with the list of its real accounts
# fails: secrets.example-is-clean
# may: secrets.files-private
accounts=$(sed -n 's/^FLOWER_BASIC_AUTH=//p' $ENVIRONMENT)
{ cat /etc/flower/flowerconfig.py; echo 'basic_auth = ['; printf '    "%s",\n' $(echo $accounts | tr , ' '); echo ']'; } \
    > /etc/flower/flowerconfig.py.example
chmod 640 /etc/flower/flowerconfig.py.example
