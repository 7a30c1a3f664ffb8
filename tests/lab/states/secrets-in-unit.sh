# The password in Environment= of the unit, as the guide shows it
# fails: secrets.not-in-unit
# may: secrets.files-private
sed -i "s|^EnvironmentFile=.*|&\nEnvironment=\"$(grep ^FLOWER_BASIC_AUTH $ENVIRONMENT)\"|" $UNIT
sed -i '/^FLOWER_BASIC_AUTH/d' $ENVIRONMENT
systemctl daemon-reload; systemctl restart flower; await 'curl -s -o /dev/null http://127.0.0.1:5555/healthcheck'; sleep 5
