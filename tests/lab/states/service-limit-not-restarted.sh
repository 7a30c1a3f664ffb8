# LimitNOFILE was raised in the unit and reloaded, and Flower runs on with the old one
# fails: service.file-limit
sed -i 's/^LimitNOFILE=.*/LimitNOFILE=256/' $UNIT
restart_flower
sed -i 's/^LimitNOFILE=.*/LimitNOFILE=65536/' $UNIT
systemctl daemon-reload
