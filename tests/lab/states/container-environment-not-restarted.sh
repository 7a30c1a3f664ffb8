# A password was changed in the file that podman run reads, and the container still has the old one
# fails: config.running-matches-files
# packages: podman iptables
flower_in_container
restart_flower
sed -i 's/oncall:[^,]*/oncall:Wq3ZtY8uKp5LmB7xRs2v/' $ENVIRONMENT
