# A checkout whose .gitignore forgets .env: the next `git add .` commits it
# fails: secrets.not-in-git
# may: secrets.files-private
cd /opt/flower
git init -q . && cp $ENVIRONMENT .env && chmod 600 .env && echo venv > .gitignore
git -c user.name=ops -c user.email=ops@flower.test add .gitignore RUNBOOK.md
git -c user.name=ops -c user.email=ops@flower.test commit -q -m 'Deploy'
