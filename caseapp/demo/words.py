"""What the demo's workers and managers write. Several wordings of each, so that a list does not read like a stamp."""

RATIONALES = {
    "red": (
        "A child who may be hurt again tonight.",
        "Something has happened and can happen again before morning.",
        "What the child said fits what was seen. Today.",
    ),
    "amber": (
        "Needs a decision today or tomorrow; nothing says tonight.",
        "A pattern over weeks that is getting worse.",
        "The adults are known for this and the child is young.",
    ),
    "green": (
        "Worries without a sign of harm now; the parents are asking for help.",
        "Others already help, and it is getting better.",
        "A single event, well looked after by the people around.",
    ),
}
REASONS = {
    "no_further_action": (
        "Below the threshold; the school and the health visitor are already helping.",
        "A single event. The family has people near who help, and nothing is known before it.",
        "The family told us what they will do, and the school sees the children each day.",
        "Passed to the community hub for advice about money; nothing points to harm.",
    ),
    "family_help": (
        "The parents agree and ask for help with routines and money; no sign of significant harm.",
        "Help at home now keeps it from getting worse. The parents want it.",
    ),
    "assessment": (
        "A pattern over weeks, and what the child says fits it. We need to know what life at home is like.",
        "Three agencies see the same. Nobody has talked with the child alone.",
        "What is told and what is seen do not fit together. A social worker has to see the home.",
    ),
    "strategy_discussion": (
        "Reasonable cause to suspect significant harm.",
        "An injury, a disclosure, and the adult lives with the child.",
    ),
    "open_case": (
        "A case is open: its worker reads this today.",
        "Belongs to what the worker knows already; told to them as it came.",
    ),
}
WEIGHED = (
    "Earlier contacts were about the same worry and led to help that was taken up.",
    "The contacts of the last year are about different things and different adults.",
    "It is more often than last year; what changed is that the school now tells us each time.",
)
ADVICE = (
    "Keep the child's day as usual, write down what you see, and ring the hub if anything changes.",
    "Go on talking with the parents, and tell us at once of any injury or of missed school.",
    "Offer what you offer already; the family knows that you told us.",
)
# What the referrer is told; a real manager edits the draft that the decision page offers.
MESSAGES = {
    "no_further_action": "We will not take this further now: others already help, and nothing says a child is harmed.",
    "family_help": "Family help gets in touch with the family, who agree to it and need somebody beside them.",
    "assessment": "A social worker of the locality team sees the children and finds out what life at home is like.",
    "strategy_discussion": "Council, police and health talk today about what keeps the children safe tonight.",
    "open_case": "The child has a social worker, who reads this today and gets in touch with you.",
}
MESSAGE_END = (
    " Ring the hub on 01632 960500 and say the reference if anything changes, or to ask for it to be looked at again. "
    "In danger: 999 first."
)
NOTES = (
    "Seen at school with the teaching assistant. Talked about home and drew the house. Will come again on my own.",
    "Home visit. Bedrooms seen, warm. Mother talked openly about money and sleep.",
    "Rang the school: in every day this week. Breakfast club has a place from Monday.",
    "Nobody in at the time we agreed. Left a card and rang: they had mixed up the day. Tomorrow at four.",
    "Met at the library. Told me what the evenings are like, and who is kind.",
    "Health visitor says weight is on its line again. Next check in four weeks.",
    "Father came to the office. He wants to see the children on Sundays and will sign what was agreed.",
    "Joint visit with the housing officer. The boiler is mended; the back door still does not lock.",
    "Group meeting with school, nurse and family. Everybody knows who does what until we meet again.",
    "The children were out playing. Mum has begun the course and has a friend there.",
)
ASSESSMENTS = (
    {
        "worries": "Nights without heating, mornings without breakfast, and arguments that the children hear.",
        "working_well": "Mother asks for help and takes it. Grandmother has the children on Fridays and they are "
        "settled with her.",
        "parents_view": "Mother says the worst was the electricity debt. She wants somebody who helps with letters.",
        "analysis": "Neglect driven by debt and exhaustion rather than by lack of care. With the meter paid and "
        "breakfast club in place it has eased.",
        "needs": "A plan for bills and mornings; school and health visitor stay alongside.",
    },
    {
        "worries": "The adults' arguments, twice with police, and a child who listens on the stairs.",
        "working_well": "They live apart since the summer and keep to it. The school sees the children laugh again.",
        "parents_view": "Both say that it must not happen again. Father finds the visits too short.",
        "analysis": "The danger lay in their living together. What is left is handing over the children calmly.",
        "needs": "A calm place for handing over, and somebody for the eldest to talk to.",
    },
    {
        "worries": "A parent who is unwell and alone, and a child who looks after everybody.",
        "working_well": "The doctor is seen again and the tablets are taken. An aunt has moved near.",
        "parents_view": "Mum is ashamed that the children did so much. She wants them to be children.",
        "analysis": "Warmth has never been missing. When Mum is well the days hold; when she is not, nobody notices "
        "soon enough.",
        "needs": "A plan for bad days that the school and the aunt know, and a young carers' group.",
    },
)
VOICES = (
    "I like it when we all eat together.",
    "It's better now that it's quiet.",
    "I want my own bed.",
    "Can you ask if Nan can pick me up more?",
    "Drew a house with everybody at the window.",
)
FACTORS = (["4B"], ["3A", "16A"], ["3B"], ["16A"], ["1B", "2B"], ["4B", "16A"], ["17A"], ["18B"], ["11A"], ["7A"])
LATE = (
    ("family", "The family was away for two weeks and the last visit could not be sooner."),
    ("waiting_agency", "Waited for the hospital's letter, which changed what we think."),
    ("worker_away", "The worker was ill; a colleague finished it."),
)
STEP_DOWN = (
    "Home has been calm and warm for weeks; what is left is help with bills and mornings.",
    "The danger is past. The family asks for somebody beside them for some months more.",
)
RETURNED = (
    "The health visitor's last weights are not in the pack.",
    "Nobody has told the school who leads from now on. Please agree that first.",
)
CLOSED = {
    "RC8": "The children are safe and well at home. The parents were told on a visit, school and health by letter.",
    "RC7": "What the plan set out to do is done. The family and everybody in the group were told at the last meeting.",
    "FH1": "Mornings, bills and bedtimes hold without us. The family knows where to ask again; the school was told.",
}
# What a worker says about a new contact on their open case: what it changes, and a sentence.
CHANGES = (
    ("nothing", "We know of this from the visit this week, and the plan already deals with it."),
    ("nothing", "The same event that the school told us of; talked through with the family yesterday."),
    ("plan", "The evenings go into the plan at the next group meeting, and the school is told."),
    ("visit_today", "I go this afternoon, before the children are home."),
)
RANG = (
    "Told them what was decided and what to do if anything changes. They thanked us.",
    "They had hoped for more and know how to ask for it to be looked at again.",
    "Told them that we have acted. They will ring if they see anything new.",
)
NO_NUMBER = "They gave no name and no number, so nobody can be told."
ASKED_BACK = "Who collects the children today, and have you spoken with the parent since you wrote?"
ADDED = (
    "The parent rang us after we had written. They want help and will answer the telephone.",
    "A brother told his teacher the same this afternoon. He is in year 5.",
    "We have the grandmother's number now; the office has it for you.",
)
NIGHT = {
    "may_happen": "The mother's partner may come back drunk, as he did last Friday. Nobody has seen the children since "
    "school.",
    "whom_to_ring": "Grandmother, Sheila Dyson, 01632 960871. She has a key.",
    "happened": "Rang the grandmother at half past eight: he had been at the door and gone again. Children in bed.",
    "done": "Police asked for a welfare check; they saw the children asleep at 21.50. Grandmother stays the night.",
    "day_must": "Ring the grandmother before school. See both children today and ask the mother, alone, about Friday.",
}
# Two notifications of one incident, as two officers write them.
NOTICES = (
    """Public protection notice. Incident 14/204511/{year}. Reporting officer PC 2290 Leanne Marsh.
Officers attended a domestic incident at 27 Park Road, Wath, S63 7AQ on {day} at {time}. Male had left.
Child: Callum Rudd, DOB 14/05/2016
Mother: Stacey Rudd
Suspect: Wayne Pell, DOB 11/02/1989
DASH completed: medium. Child seen upstairs, awake. Child spoken to, he said "he broke the door".
""",
    """Public protection notice. Incident 14/204511/{year}. Reporting officer PC 3118 Imran Sadiq.
Second call to 27 Park Road, Wath, S63 7AQ on {day} at {time}. Male arrested nearby.
Child: Callum Rudd, DOB 14/05/2016
Child: Ava Rudd, DOB 02/10/2020
Mother: Stacey Rudd
DASH completed: high. Children seen with their grandmother.
""",
)
