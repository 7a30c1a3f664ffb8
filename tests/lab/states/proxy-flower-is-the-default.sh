# There is no default server: what asks for any other name gets Flower, the only site
# fails: proxy.unknown-host
# may: auth.not-bypassed
python3 - <<'PY'
path = "/etc/nginx/sites-available/flower"
text = open(path).read()
start, end = text.index("# Whoever asks"), text.index("server {\n    listen 80;\n")
open(path, "w").write(text[:start] + text[end:])
PY
reload_nginx
