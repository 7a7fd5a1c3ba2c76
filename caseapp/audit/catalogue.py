"""The words of the auditor's pages. Event codes and page names not listed here are shown as they are."""

# The first word of an event's code.
EVENT_GROUPS = {
    "referral": "Referrals",
    "draft": "Drafts of referrals",
    "decision": "Decisions of the hub",
    "feedback": "Answers to referrers",
    "input_mark": "Input put right",
    "case": "Cases, custody and handovers",
    "note": "Notes",
    "task": "Things to read",
    "assessment": "Assessments",
    "person": "People",
    "family": "Families",
    "user": "Sign-ins",
}

# The first word of a page's name.
VIEW_GROUPS = {
    "referrals": "Referrals",
    "cases": "Cases",
    "assessments": "Assessments",
    "pathway": "Handovers",
    "desk": "Lists of work",
    "accounts": "Sign-ins",
    "audit": "These logs",
}

# What a page shows, said after "looked at".
VIEWS = {
    "accounts.people": "The list of people who sign in",
    "accounts.ask_disable": "A sign-in, to switch it off",
    "accounts.ask_enable": "A sign-in, to switch it on",
    "accounts.disable": "A sign-in, switching it off",
    "accounts.enable": "A sign-in, switching it on",
    "assessments.answer": "An assessment, answering it",
    "assessments.autosave": "An assessment, saving it",
    "assessments.save": "An assessment, saving it",
    "assessments.show": "An assessment",
    "assessments.start": "A case, to start an assessment",
    "assessments.start_it": "A case, starting an assessment",
    "assessments.submit": "An assessment, submitting it",
    "assessments.version": "An earlier version of an assessment",
    "audit.events": "The event log",
    "audit.reads": "The log of who looked at what",
    "audit.seals": "The state of the seal",
    "cases.acknowledge": "A case, acknowledging what was to be read",
    "cases.amend_note": "A note, changing it",
    "cases.chronology": "The chronology of a case",
    "cases.edit_note": "A note, to change it",
    "cases.looks": "Who looked at a case",
    "cases.new_note": "A case, to write a note",
    "cases.note": "A note with its wordings",
    "cases.show": "A case",
    "cases.write_note": "A case, writing a note",
    "desk.give": "The team board, giving children to a worker",
    "desk.my_work": "My work",
    "desk.team_board": "The team board",
    "pathway.again": "A handover, proposing it again",
    "pathway.agree": "A handover, agreeing it",
    "pathway.answer": "A handover, answering it",
    "pathway.close": "A handover, closing the sender's part",
    "pathway.index": "The list of handovers",
    "pathway.propose": "A case, proposing a handover",
    "pathway.show": "A handover",
    "pathway.step_down": "A case, to propose a handover",
    "pathway.withdraw": "A handover, taking it back",
    "referrals.ask_discard": "A draft, to throw it away",
    "referrals.autosave": "A draft, saving it",
    "referrals.decide": "A referral, deciding it",
    "referrals.decision": "A referral, to decide it",
    "referrals.discard_draft": "A draft, throwing it away",
    "referrals.list_own": "Their own referrals",
    "referrals.marks": "The list of input to put right",
    "referrals.open_referral": "A referral, opening it first",
    "referrals.propose": "A referral, proposing a decision",
    "referrals.queue": "The hub's queue",
    "referrals.queue_list": "The hub's queue, renewing itself",
    "referrals.rate": "A referral, rating it",
    "referrals.save_page": "A draft, saving a page",
    "referrals.see_feedback": "The outcome of their referral",
    "referrals.settle": "A referral, putting input right",
    "referrals.show": "A referral",
    "referrals.show_page": "A page of a draft",
    "referrals.show_receipt": "The receipt of a referral",
}

# Why somebody could see it: the reason of the reach.
WHYS = {
    "administers": "Administers sign-ins",
    "custody": "Their team holds the case",
    "hub": "Works in the hub",
    "involved": "Works with the child",
    "list": "A list, within their work",
    "own": "Sent it, or leads safeguarding where it was sent",
    "owner": "Wrote it",
    "received": "Their team received it",
    "receiver": "It is proposed to their team",
    "sender": "Their team sends it",
}


def name_group(groups: dict[str, str], code: str) -> str:
    """The words of the group that a code or a page's name belongs to; its first word when it has none."""
    first = code.split(".")[0]
    return groups.get(first, first.replace("_", " ").capitalize())
