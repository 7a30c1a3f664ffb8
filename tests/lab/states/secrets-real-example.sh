# .env.example holds the real password
# fails: secrets.example-is-clean
# may: secrets.files-private
cp $ENVIRONMENT /opt/flower/.env.example
chmod 644 /opt/flower/.env.example
