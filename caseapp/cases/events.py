"""What happens to a case. Subjects: the case first, then the child; for notes every case, then the note."""

from caseapp.kernel.events import EventType, declare

declare(
    EventType(
        "case.opened",
        "Case opened: {outcome}, {team}",
        {"outcome": "code:level", "team": "team", "episode": "code:episode", "received_at": "moment"},
        "status",
        important=True,
    ),
    EventType(
        "case.custody.moved",
        "{to_team} is accountable for the child",
        {"from_team": "team", "to_team": "team"},
        "status",
        important=True,
    ),
    EventType(
        "case.allocated",
        "{professional} is the {role}",
        {"professional": "professional", "role": "code:role"},
        "status",
    ),
    EventType(
        "case.involvement.began",
        "{professional} stays on as {role}",
        {"professional": "professional", "role": "code:role"},
        "status",
    ),
    EventType(
        "case.involvement.ended",
        "{professional} is no longer the {role}: {reason}",
        {"professional": "professional", "role": "code:role", "reason": "code:end_reason"},
        "status",
    ),
    EventType(
        "case.level.changed",
        "Level changed from {old} to {new}",
        {"old": "code:level", "new": "code:level"},
        "status",
        important=True,
    ),
    EventType(
        "case.stepped_down", "Family help has taken the child on; social work steps back", {}, "status", important=True
    ),
    EventType(
        "case.stepped_up",
        "Social work has taken the child on from family help: {outcome}",
        {"outcome": "code:level", "received_at": "moment"},
        "status",
        important=True,
    ),
    EventType("case.closed", "Case closed: {reason}", {"reason": "code:closure"}, "status", important=True),
    EventType("case.reopened", "Case opened again: it was closed by mistake", {}, "status", important=True),
    EventType("case.episode.opened", "{kind} began", {"kind": "code:episode"}),
    EventType(
        "case.episode.closed",
        "{kind} ended: {reason}",
        {"kind": "code:episode", "reason": "code:closure"},
        important=True,
    ),
    EventType("note.written", "{kind}", {"note": "note", "kind": "code:note_kind"}),
    EventType("note.significant", "{kind}", {"note": "note", "kind": "code:note_kind"}, important=True),
    EventType("note.amended", "Note changed, wording {number}", {"note": "note", "number": "number"}),
    # One for each child: a brother's or sister's part stands in no other record. `planned` stays a dated event too.
    EventType("visit.made", "Visit made: the worker saw the child", {"visit": "subject"}),
    EventType("visit.not_seen", "Visit: the child was not seen. {why}", {"visit": "subject", "why": "code:why_not"}),
    EventType("visit.corrected", "Visit changed, wording {number}", {"visit": "subject", "number": "number"}),
    EventType("task.made", "To read: {kind}", {"kind": "code:task", "task": "number"}),
    EventType("task.settled", "No longer to read, it was dealt with: {kind}", {"kind": "code:task", "task": "number"}),
    EventType("task.acknowledged", "Read and acknowledged: {kind}", {"kind": "code:task", "task": "number"}),
    EventType(
        "concern.weighed",
        "What a new contact changes: {changes}",
        {"changes": "code:changes", "task": "number"},
        important=True,
    ),
    EventType(
        "chronology.marked",
        "An entry was marked: significant {significant}",
        {"entry": "number", "significant": "flag"},
    ),
    EventType(
        "told.recorded",
        "Written down who was told of a decision: {told} told, {not_told} not",
        {"decision": "number", "told": "number", "not_told": "number"},
    ),
    EventType(
        "correction.asked",
        "Somebody of the family says that something in the record is wrong",
        {"correction": "number", "on": "day"},
        important=True,
    ),
    EventType(
        "correction.answered",
        "Answered what the family says is wrong: {answer}",
        {"correction": "number", "answer": "code:correction_answers"},
    ),
    EventType(
        "correction.waits", "Another correction still waits for its answer", {"correction": "number", "on": "day"}
    ),
    EventType(
        "family_group.recorded",
        "Family group decision-making: {step}",
        {"group": "number", "number": "number", "step": "code:group_steps"},
    ),
    EventType("case_document.filed", "File: {kind}", {"document": "subject", "kind": "code:document_kinds"}),
    EventType("open_case.acknowledged", "The people of the open case have said what it changes", {}),
)
