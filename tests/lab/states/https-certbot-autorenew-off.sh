# autorenew = False in the renewal configuration: certbot renews everything else
# fails: https.renewal-works
sed -i '/^\[renewalparams\]/i autorenew = False' /etc/letsencrypt/renewal/$LAB_NAME.conf
certbot renew -q
