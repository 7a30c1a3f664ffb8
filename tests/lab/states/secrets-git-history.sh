# .env was committed once and then removed and ignored: history keeps it
# fails: secrets.not-in-git
# may: secrets.files-private
cd /opt/flower
git init -q . && cp $ENVIRONMENT .env && chmod 600 .env && echo venv > .gitignore
git config user.name ops; git config user.email ops@flower.test
git add .env .gitignore RUNBOOK.md && git commit -q -m 'Deploy'
git rm -q --cached .env && printf '.env\nflower.db*\n' >> .gitignore && git add .gitignore && git commit -q -m 'Do not track .env'
