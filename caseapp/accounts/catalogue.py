"""Codes about people of the service; passwords that guessers try first."""

# Letters only: what stands around them ("Password2026!") makes them no better.
# The empty one stands for figures and signs alone.
_WORDS = """
password passwordpassword mypassword mypasswordis thisismypassword newpassword demoonlypassword secret
topsecret changeme changemenow letmein letmeinletmein letmeinplease welcome welcomewelcome iloveyou
iloveyouiloveyou administrator admin adminadmin adminadminadmin default computer internet qwerty qwertyqwerty
qwertyuiop qwertyuiopasdfgh asdfghjkl zxcvbnm abcdefgh abcdefghijkl abcdefghijklm abcabcabcabc sunshine
sunshinesunshine princess superman football footballfootball liverpool liverpoolfc manchesterunited rotherham
rotherhamunited sheffieldwednesday sheffieldunited yorkshire england safeguarding safeguardingchildren
safeguardinglead holdfast holdfastholdfast socialwork socialworker childrenservices childrensservices council
teacher school monday january february march april june july august september october november december spring
summer autumn winter christmas
"""
COMMON_PASSWORDS = frozenset({"", *_WORDS.split()})

# Why somebody is away: for their manager only.
ABSENCES = {
    "leave": "Annual leave",
    "sick": "Sick",
    "training": "Training or other work",
    "other": "Another reason",
}

# Why an administrator takes somebody's second step away.
SECOND_FACTOR_LOST = {
    "lost": "Their phone or key is lost or broken",
    "stolen": "Their phone or key was stolen",
    "replaced": "They have a new phone or key and not the old one",
}
