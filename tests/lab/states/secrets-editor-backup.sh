# What an editor left beside the file
# fails: secrets.files-private
cp $ENVIRONMENT $ENVIRONMENT~
chmod 644 $ENVIRONMENT~
