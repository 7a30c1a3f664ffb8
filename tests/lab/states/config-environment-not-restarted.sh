# A password was changed in the EnvironmentFile, and Flower still takes the old one
# fails: config.running-matches-files
sleep 1
sed -i 's/oncall:[^,]*/oncall:Wq3ZtY8uKp5LmB7xRs2v/' $ENVIRONMENT
