# LimitNOFILE is far too low
# fails: service.file-limit
sed -i 's/^LimitNOFILE=.*/LimitNOFILE=256/' $UNIT
restart_flower
