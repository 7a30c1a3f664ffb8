# Somebody silenced the alert for missing workers for a year, and forgot it
# fails: alerting.delivered
await 'curl -sf http://127.0.0.1:9093/-/ready'
curl -sf -o /dev/null -H 'Content-Type: application/json' http://127.0.0.1:9093/api/v2/silences -d '{
    "matchers": [{"name": "alertname", "value": "CeleryNo.*", "isRegex": true}], "createdBy": "ops", "comment": "upgrade",
    "startsAt": "'$(date -uIs)'", "endsAt": "'$(date -uIs -d 'now + 1 year')'"}'
