# A copy made before an edit, readable by all
# fails: secrets.files-private
cp $ENVIRONMENT $ENVIRONMENT.bak
chmod 644 $ENVIRONMENT.bak
