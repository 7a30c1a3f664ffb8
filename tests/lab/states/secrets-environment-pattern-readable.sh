# EnvironmentFile= is a pattern, and one of the files that it takes is readable by everybody
# fails: secrets.files-private
sed -i 's|^EnvironmentFile=.*|EnvironmentFile=/etc/flower/*.env|' $UNIT
chmod 644 $ENVIRONMENT
restart_flower
