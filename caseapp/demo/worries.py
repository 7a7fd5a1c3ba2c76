"""Who tells the hub, and what they would write. Pure: everything comes from the given Random."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

ANY_AGE = (0, 16)
SCHOOL_AGE = (4, 16)
PRIMARY, SECONDARY = (4, 10), (11, 16)
# Who tells of children of some ages only, by census source; a health visitor's or an officer's are of any age.
_AGES_OF = {"2A": SCHOOL_AGE, "2B": (5, 15), "3D": (9, 16), "5B": (11, 16)}
# Younger ones have no words of their own in a referral.
SPEAKS = 4


def ages_of(source_code: str) -> tuple[int, int]:
    """The ages, in whole years, of which a source's children are at least one."""
    return _AGES_OF.get(source_code, ANY_AGE)


@dataclass(frozen=True)
class Worry:
    """What a referral is about: the form's categories and the words of somebody who saw it.

    `by`: the kinds of sender whose words these are; `ages`: of the child they are about, in whole years. Words in
    braces are filled in: the child, a day, a number.
    """

    categories: tuple[str, ...]
    happened: tuple[str, ...]
    worries: str
    working: tuple[str, ...]
    next_step: str
    voices: tuple[str, ...]
    weight: int
    ratings: tuple[str, ...]
    by: tuple[str, ...]
    ages: tuple[int, int] = ANY_AGE

    def fits(self, age: int) -> bool:
        """Whether it could be about a child of this age."""
        return self.ages[0] <= age <= self.ages[1]


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday night")
SEEN = (
    "Seen by me on {day}.",
    "A colleague saw the same on {day}.",
    "It was raised with us first on {day}.",
    "We have kept dates since {day}.",
    "This has gone on for {number} weeks.",
    "The last time was on {day}.",
)

WORRIES: tuple[Worry, ...] = (
    Worry(
        ("neglect",),
        (
            "{child} has come in hungry {number} mornings this fortnight and in the same clothes. The home is cold.",
            "{child} falls asleep in lessons and asks for seconds at lunch. The coat is too small.",
            "Attendance of {child} has fallen to 7{number} %. When in, {child} is tired and has not eaten.",
            "{child} wears the same unwashed clothes all week and is left out by the others because of it.",
        ),
        "Not enough food, heat or care at home, and our calls are not answered.",
        ("Mum came to the last parents' evening and asked about help with bills.", "Grandmother collects on Fridays."),
        "Somebody to see the home and talk about money and routines.",
        ("I like it when it's warm here.", "We had toast for tea.", ""),
        6,
        ("amber", "green", "green"),
        ("school",),
        SCHOOL_AGE,
    ),
    Worry(
        ("neglect",),
        (
            "Teeth and skin of {child} have not been looked after; {number} appointments were missed.",
            "At {number} visits the home was cold and there was little food in. {child} was in yesterday's clothes.",
            "{child} has lost weight since the last check, and {number} letters about it were not answered.",
        ),
        "Not enough food, heat or care at home, and calls are not answered.",
        ("Mum let us in and asked about help with bills.", "Grandmother has the children on Fridays."),
        "Somebody to see the home and talk about money and routines.",
        ("I like it when it's warm here.", ""),
        6,
        ("amber", "green", "green"),
        ("health", "council", "voluntary"),
    ),
    Worry(
        ("domestic_abuse",),
        (
            "We were called to a loud argument at the address. {child} was upstairs and had heard it all. No injuries.",
            "Call from a neighbour in the night: shouting, things thrown. {child} was awake and crying.",
            "One adult was arrested after an assault in the home. {child} was in the next room.",
            "Breach of an order: the adult came back to the address on {day} while {child} was in.",
        ),
        "Living with violence between the adults.",
        ("The adult victim spoke to us alone and took a leaflet.", "A sister has offered a bed for some days."),
        "A safety plan for the home and somebody for {child} to talk to.",
        ("I put my fingers in my ears.", "I stayed in bed.", ""),
        8,
        ("amber", "amber", "green", "red"),
        ("police",),
    ),
    Worry(
        ("physical_abuse",),
        (
            "{child} has a bruise on the upper arm the size of a thumb. Said 'it was because I was late'.",
            "{child} flinched when the register fell and then said that there was a belt at home.",
            "A mark on the cheek of {child}, explained in two ways by two adults.",
        ),
        "That {child} is being hit at home.",
        ("{child} trusts the teaching assistant and came to her.", "An aunt is close by and worried too."),
        "{child} needs to be seen today.",
        ("Don't tell him I said.", "It doesn't hurt now.", ""),
        3,
        ("red",),
        ("school",),
        SCHOOL_AGE,
    ),
    Worry(
        ("physical_abuse",),
        (
            "A mark on the cheek of {child}, explained in two ways by two adults.",
            "{child} was brought in with a sore arm. What we were told does not fit what we see.",
        ),
        "That {child} is being hit at home.",
        ("They came at once and stayed for the examination.", "An aunt is close by and worried too."),
        "{child} needs to be seen today.",
        ("It doesn't hurt now.", ""),
        3,
        ("red",),
        ("health",),
    ),
    Worry(
        ("parental_mental_health",),
        (
            "Mum was tearful at the clinic; she sleeps little and has stopped her tablets. {child} is clean and "
            "content, but has missed {number} reviews.",
            "Dad told us that he can't get up some mornings. A neighbour sees to {child} then.",
            "Mum rang us {number} times on {day}, very low. The children were in bed.",
        ),
        "A parent alone and unwell.",
        ("Mum asked for help herself; warm with {child}.", "The mental health team sees Dad next week."),
        "Family help, and a visit together with the mental health team.",
        ("Mummy is sad.", "I can do it myself.", ""),
        5,
        ("green", "amber"),
        ("health", "council", "individual", "voluntary"),
    ),
    Worry(
        ("parental_substance_misuse", "neglect"),
        (
            "Collected {number} times this month by an adult who smelled strongly of drink.",
            "{child} says there are 'sleepy people' in the house at night.",
            "{child} was not collected on {day}; at the door an hour later nobody could stand upright.",
        ),
        "Unsafe adults in the home and nobody watching.",
        ("Grandmother lives near and helps.", "Dad has rung the drug and alcohol service himself."),
        "Find out who lives there and who looks after {child} in the evening.",
        ("Nan's is better.", "They sleep on the stairs.", ""),
        4,
        ("amber",),
        ("school",),
        PRIMARY,
    ),
    Worry(
        ("parental_substance_misuse", "neglect"),
        (
            "At the visit on {day} the adults could not be woken for some time. {child} was in the next room.",
            "Needles and empty bottles within reach of {child}; {number} people in the house whom nobody named.",
        ),
        "Unsafe adults in the home and nobody watching.",
        ("Grandmother lives near and helps.", "Dad has rung the drug and alcohol service himself."),
        "Find out who lives there and who looks after {child} in the evening.",
        ("Nan's is better.", ""),
        4,
        ("amber",),
        ("police", "legal", "housing"),
    ),
    Worry(
        ("child_sexual_exploitation", "missing"),
        (
            "{child} was missing overnight on {day} and came back with a new phone that cannot be explained.",
            "Friends of {child} talk of an older man who drives them around.",
            "Reported missing {number} times in two months; found at an address that we know.",
        ),
        "Gifts, an older male, going missing.",
        ("{child} still comes to the form tutor in a crisis.", "Mum reports it at once each time."),
        "A strategy meeting, and a talk after going missing.",
        ("You lot wouldn't get it.", "They're my mates.", ""),
        2,
        ("red", "amber"),
        ("school", "police", "council"),
        SECONDARY,
    ),
    Worry(
        ("self_harm",),
        (
            "{child} showed the nurse cuts on the forearm, some fresh. On the list for CAMHS for {number} months.",
            "Brought in on {day} after tablets. {child} is well now and goes home with a plan.",
            "{child} wrote that it would be easier not to be here. The parents were told the same day.",
        ),
        "That it gets worse while waiting.",
        ("The parents came in the same day and are looking after the medicines.", "{child} talks to an older cousin."),
        "Somebody to hold it together until CAMHS starts.",
        ("It makes it quiet for a bit.", "I don't want a fuss.", ""),
        5,
        ("green", "amber"),
        ("health", "school"),
        (10, 16),
    ),
    Worry(
        ("missing_education",),
        (
            "{child} has been in school {number} days of the last twenty. Letters are not answered.",
            "Off roll since {day}; nobody at the door at {number} visits.",
        ),
        "Nobody has seen {child}.",
        ("When in, {child} works well.", "An older brother answers the telephone."),
        "A home visit to see {child}.",
        ("",),
        4,
        ("green",),
        ("education", "school"),
        (5, 15),
    ),
    Worry(
        ("emotional_abuse",),
        (
            "{child} is called stupid and unwanted in front of others at pick-up.",
            "{child} has stopped speaking in class since {day} and hides work that has a mistake in it.",
            "Mum says in front of {child} that the other children are easier to love.",
        ),
        "That {child} believes it.",
        ("An aunt collects on Thursdays and {child} lights up.", "Mum cried when we talked and wants it to change."),
        "Time for {child} alone with somebody who listens.",
        ("I'm the bad one.", ""),
        3,
        ("amber", "green"),
        ("school",),
        SCHOOL_AGE,
    ),
    Worry(
        ("housing", "neglect"),
        (
            "The gas has been capped for {number} weeks. {child} was at home in a coat.",
            "Mould in both bedrooms and {number} to a bed. Repairs are booked and were put off.",
            "Notice to leave in {number} weeks; nowhere to go has been found.",
        ),
        "A cold or crowded home.",
        ("They let me in and answered everything I asked.", "The rent is paid."),
        "Somebody to look at heating and money.",
        ("My bed is warm if I keep my coat on.", ""),
        4,
        ("amber", "green"),
        ("housing", "voluntary"),
    ),
    Worry(
        ("child_criminal_exploitation",),
        (
            "{child} was stopped on {day} with {number} wraps and more cash than can be explained.",
            "{child} is in a car with older boys most evenings and owes money.",
        ),
        "Older people using {child} to carry.",
        ("{child} is still in school each morning.", "Mum works with us and wants to move."),
        "A plan with police and youth justice.",
        ("No comment.", ""),
        2,
        ("amber", "red"),
        ("police", "council", "legal"),
        (12, 16),
    ),
    Worry(
        ("physical_abuse", "emotional_abuse"),
        (
            "I hear {child} crying and an adult shouting through the wall, {number} evenings a week.",
            "{child} came to us with a sore leg, and nobody would say why.",
            "Mum says in front of {child} that the other children are easier to love. It has gone on for months.",
        ),
        "That {child} is hurt and nobody sees it.",
        ("Mum is kind when she is on her own.", "Don't know the family well."),
        "Somebody to look in and talk to {child}.",
        ("",),
        6,
        ("green", "amber", "green"),
        ("individual", "anonymous"),
    ),
    Worry(
        ("money",),
        (
            "The family has asked for food {number} times. {child} is thin and quiet.",
            "Benefits stopped on {day} after a letter that was not understood; three days without gas.",
        ),
        "Money that ran out, and pride that hides it.",
        ("Both parents came together.", "A neighbour shares what she has."),
        "Help with letters and bills.",
        ("We're saving.", ""),
        3,
        ("green",),
        ("voluntary", "council", "housing", "individual"),
    ),
    Worry(
        ("domestic_abuse", "family_court"),
        (
            "At the hearing on {day} it came out that {child} has contact with a parent who must not come near.",
            "On licence for an assault on a partner and now at an address with {child}.",
        ),
        "An adult with a record of violence near {child}.",
        ("He keeps his appointments.", "Mum told us herself."),
        "Check who lives there and what the order says.",
        ("",),
        3,
        ("amber",),
        ("legal",),
    ),
)


@dataclass(frozen=True)
class Sender:
    """Who refers: a sign-in of the demo, or somebody without one (then the hub takes it in)."""

    kind: str
    login: str | None
    agency: str
    source_code: str
    mode: str
    name: str
    role: str
    phone: str
    weight: int = 1
    # Of the children they know, in whole years.
    ages: tuple[int, int] = ANY_AGE


_LEAD = "Designated safeguarding lead"
SENDERS: tuple[Sender, ...] = (
    Sender(
        "school", "school", "Wath Primary School", "2A", "form", "Hannah Whitfield", _LEAD, "01632 960114", 2, PRIMARY
    ),
    Sender(
        "school",
        None,
        "Clifton Community School",
        "2A",
        "form",
        "Martin Shaw",
        "Assistant head",
        "01632 960133",
        3,
        SECONDARY,
    ),
    Sender("school", None, "Dinnington High School", "2A", "form", "Jo Beck", _LEAD, "01632 960160", 3, SECONDARY),
    Sender("school", None, "Thornhill Primary School", "2A", "form", "Farah Aziz", _LEAD, "01632 960150", 2, PRIMARY),
    Sender(
        "school", None, "Maltby Academy", "2A", "form", "Neil Crossley", "Pastoral lead", "01632 960170", 2, SECONDARY
    ),
    Sender("education", None, "Education welfare service", "2B", "form", "Lynn Ash", "Welfare officer", "01632 960520"),
    Sender(
        "police",
        "police",
        "South Yorkshire Police",
        "6",
        "police_notification",
        "PC 4471 Daniel Oakes",
        "Protecting vulnerable people",
        "01632 960201",
    ),
    Sender(
        "health",
        "health",
        "Rotherham NHS Foundation Trust",
        "3B",
        "form",
        "Sunita Rao",
        "Health visitor",
        "01632 960318",
    ),
    Sender("health", None, "GP practice: Clifton Medical Centre", "3A", "form", "Dr Priya Nair", "GP", "01632 960341"),
    Sender("health", None, "GP practice: Dinnington Group", "3A", "form", "Dr Tom Hale", "GP", "01632 960344"),
    Sender("health", None, "RDaSH CAMHS", "3D", "form", "Grace Obi", "Mental health nurse", "01632 960390"),
    Sender(
        "health",
        None,
        "Emergency department, Rotherham Hospital",
        "3E",
        "form",
        "Sister A. Booth",
        "Nurse in charge",
        "01632 960355",
    ),
    Sender("housing", None, "Rotherham Council Housing", "4", "form", "Steve Pell", "Housing officer", "01632 960512"),
    Sender("council", None, "Rotherham Council", "5A", "phone", "Jean Moss", "Adult social worker", "01632 960505"),
    Sender("council", None, "Youth justice service", "5B", "form", "Ade Bello", "Youth justice worker", "01632 960540"),
    Sender("council", None, "Rotherham Council", "5D", "form", "Carol Dunn", "Family support worker", "01632 960545"),
    Sender("legal", None, "National Probation Service", "7", "form", "Ian Frost", "Probation officer", "01632 960601"),
    Sender("voluntary", None, "Voluntary sector: Grow", "8", "form", "Bev Marsh", "Family worker", "01632 960410"),
    Sender("individual", None, "", "1A", "phone", "Pauline Webb", "Grandmother", "07700 900412", 2),
    Sender("individual", None, "", "1A", "phone", "Nazia Khan", "Aunt", "07700 900418"),
    Sender("individual", None, "", "1A", "phone", "Gary Lunn", "Father, lives elsewhere", "07700 900427"),
    Sender("individual", None, "", "1B", "phone", "Joyce Tate", "Neighbour", "07700 900433"),
    Sender("individual", None, "", "1D", "in_person", "Keith Bray", "Passer-by", "07700 900441"),
    Sender("anonymous", None, "", "9", "phone", "", "", ""),
    Sender("anonymous", None, "", "10", "phone", "", "", ""),
)


def choose_sender(random: Random, source_code: str, ages: Sequence[int] = (), *, signed_in: bool = False) -> Sender:
    """Somebody who tells of a child from a source of the census: who knows one of these ages, if there is one; with a
    sign-in where that is asked."""
    theirs = [row for row in SENDERS if row.source_code == source_code and (row.login or not signed_in)]
    knowing = [row for row in theirs if any(row.ages[0] <= age <= row.ages[1] for age in ages)] or theirs
    return random.choices(knowing, weights=[row.weight for row in knowing])[0]


def choose_worry(random: Random, kind: str, ages: Sequence[int]) -> Worry:
    """What this kind of sender tells of children of these ages; of any age where nothing of theirs fits."""
    theirs = [row for row in WORRIES if kind in row.by]
    fitting = [row for row in theirs if row.ages == ANY_AGE or any(map(row.fits, ages))] or theirs
    return random.choices(fitting, weights=[row.weight for row in fitting])[0]


def tell(random: Random, worry: Worry, *, child: str, age: int, last: str) -> dict[str, str]:
    """The words of the concern; what happened never reads as `last`."""
    while True:
        text = f"{random.choice(worry.happened)} {random.choice(SEEN)}"
        filled = text.format(child=child, day=random.choice(DAYS), number=random.randint(2, 9))
        if filled != last:
            break
    words = {
        "what_happened": filled,
        "worries": worry.worries.format(child=child),
        "working_well": random.choice(worry.working).format(child=child),
        "what_needs_to_happen": worry.next_step.format(child=child),
    }
    voice = random.choice(worry.voices)
    return {**words, "child_voice": voice} if voice and age >= SPEAKS else words
