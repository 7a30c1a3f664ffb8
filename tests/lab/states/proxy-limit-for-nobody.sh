# The key of the rate limit is a map that is empty for every address outside the office
# fails: proxy.rate-limit
sed -i 's/^limit_req_zone \$binary_remote_addr zone=flower/limit_req_zone $limited zone=office/; s/limit_req zone=flower/limit_req zone=office/' $SITE
sed -i '1i geo $office { default 0; 192.0.2.0/24 1; }\nmap $office $limited { 0 ""; 1 $binary_remote_addr; }' $SITE
reload_nginx
