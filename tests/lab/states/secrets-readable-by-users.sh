# The environment file may be read by the group `users`, so that the team can look things up
# fails: secrets.files-private
chgrp users $ENVIRONMENT
chmod 640 $ENVIRONMENT
