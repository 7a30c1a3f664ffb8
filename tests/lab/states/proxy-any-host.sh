# Flower answers under every name and address
# fails: proxy.unknown-host
# may: auth.not-bypassed
sed -i 's/^    server_name [a-z].*;/    server_name _;/; s/ssl_reject_handshake on/return 444/' $SITE
python3 - <<'PY'
import re
path = "/etc/nginx/sites-available/flower"
text = open(path).read()
start, end = text.index("# Whoever asks"), text.index("server {\n    listen 80;\n")
text = text[:start] + text[end:]
open(path, "w").write(text)
PY
reload_nginx
