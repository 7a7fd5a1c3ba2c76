"""What the page after a button says was done: a table, one row for each address that changes something.

The words wait in the signed cookie until the next whole page shows them once; they hold no name and no reference.
"""

from flask import Flask, Response, g, request, session

from caseapp.access.guard import actor_of_request

WAITING = "said"

# By endpoint; a second key is the name of the button that was pressed, where a page has several.
DONE: dict[tuple[str, str], str] = {
    ("accounts.throw_away", ""): "What you had typed is thrown away.",
    ("assessments.answer", ""): "Your answer is kept, and the author sees it.",
    ("assessments.change_children", ""): "Who the assessment is about has changed.",
    ("assessments.tell", ""): "It is recorded, and stands beside the assessment.",
    ("assessments.stop", ""): "The assessment is stopped. What was written stays.",
    ("assessments.quote", ""): "It is put in, and the assessment is saved.",
    ("assessments.review", ""): "Your look is recorded. The worker reads it beside the assessment.",
    ("assessments.save", ""): "The assessment is saved.",
    ("assessments.start_it", ""): "The assessment is started. It saves itself while you write.",
    ("assessments.submit", ""): "The assessment is submitted. It waits for a manager to authorise it.",
    ("cases.acknowledge", ""): "It is acknowledged: that you read it is kept.",
    ("cases.amend_note", ""): "The note is changed. The wording before stays beside it.",
    ("cases.answer_concern", ""): "Your answer is kept. It stands in the chronology.",
    ("cases.add_file", ""): "The document is kept.",
    ("cases.amend_family_group", ""): "It is kept. What stood there before stays in the history.",
    ("cases.answer_correction", ""): "Your answer is kept. Both stand beside the text.",
    ("cases.ask_correction", ""): "It stands beside the text for everybody who reads it. It is answered in a month.",
    ("cases.mark", ""): "It is marked. Who marked it and when is kept.",
    ("cases.record_family_group", ""): "It is kept, with the day and who wrote it.",
    ("cases.say_told", ""): "Who was told is kept.",
    ("cases.move_event", ""): "The date is changed. The clocks that count from it moved.",
    ("cases.record_event", ""): "It is recorded. The clocks that follow from it are below.",
    ("cases.take_back_event", ""): "It is taken back. Its clocks run as if it had not been.",
    ("cases.change_visit", ""): "The visit is changed. The wording before stays beside it.",
    ("cases.write_note", ""): "The note is kept.",
    ("cases.write_visit", ""): "The visit is kept, in the record of each child it was about.",
    ("cases.write_visit", "chosen"): "What you chose is kept. Go on here.",
    ("cases.write_visit", "later"): "What you wrote is kept. Only you see it, and the visit is not in any record yet.",
    ("cases.write_visit", "again"): "What you wrote is thrown away. Begin afresh.",
    ("deadlines.answer_late", ""): "It is authorised. The clock runs on all the same.",
    ("deadlines.answer_late", "ask"): "It is sent back with your question, which stands beside the reason.",
    ("deadlines.decide_days_it", "confirm"): "It is decided, and the clocks have moved.",
    ("deadlines.decide_rule_it", "confirm"): "It is decided, and the clocks have moved.",
    ("deadlines.explain", ""): "Your reason is kept, and waits for a manager to authorise it.",
    ("desk.give", ""): "The family has a worker, who sees it in their work at once.",
    ("insight.draw", ""): "The sample is drawn and kept.",
    ("notices.confirm", ""): "The notification is sent to the hub.",
    ("notices.confirm", "later"): "The notification is saved. It is not sent yet.",
    ("notices.discard", ""): "The notification is thrown away. Nothing of it was sent.",
    ("notices.take", ""): "The text is kept whole. Nothing is sent before you confirm it.",
    ("notifications.choose", ""): "It is kept. The next e-mail follows it.",
    ("notifications.end_calendar_address", ""): "The address is ended. Nobody reads the calendar by it any more.",
    ("notifications.mark_read", ""): "Marked as read.",
    ("notifications.send_again", ""): "It goes with the next round of the sweep.",
    ("pathway.again", ""): "It is proposed again.",
    ("pathway.agree", ""): "Your answer is kept, and the proposer sees it.",
    ("pathway.answer", ""): "Your answer is sent.",
    ("pathway.close", ""): "Your team’s part is closed.",
    ("pathway.close_case", ""): "The case is closed.",
    ("pathway.answer_to_lead", ""): "Your answer is kept. The team that asked sees it.",
    ("pathway.ask_to_lead", ""): "They are asked. You hold the family whatever they answer.",
    ("pathway.write_answer_down", ""): "Their answer is written down.",
    ("pathway.propose", ""): "The handover is proposed. You hold the family until they accept.",
    ("pathway.propose_transfer", ""): "The handover is proposed. You hold the family until they accept.",
    ("pathway.record_actions", ""): "The actions are written down.",
    ("pathway.record_meeting", ""): "The meeting is written down.",
    ("pathway.record_refused", ""): "It is recorded. In 12 weeks your team looks how the children are.",
    ("pathway.looked_back", ""): "What you found is written down.",
    ("referrals.ask_for_step_up", ""): "The hub has it. You stay with the family until social work accepts.",
    ("pathway.reopen", ""): "The case is open again.",
    ("pathway.withdraw", ""): "The handover is taken back. You still hold the family.",
    ("people.change", ""): "It is kept. What stood there before stays in the history.",
    ("people.end", ""): "It is ended. It stays in the history.",
    ("people.move", ""): "The new address is kept. What has to be done because of it stands with it.",
    ("people.restrict", ""): "Only the people you named see this record and its cases.",
    ("people.restrict", "end"): "The restriction has ended.",
    ("people.say_same", ""): "What you say of the two records is kept. It can be taken back.",
    ("people.take_back", ""): "It is taken back. What was said before stays in the history.",
    ("people.say_of_double", ""): "What you said of the two records is kept. Both stay, and it can be taken back.",
    ("people.told", ""): "That they were told is kept.",
    ("people.verify", ""): "That the number was looked up is kept.",
    ("plans.add_action", ""): "The action is on the plan. Whoever does it sees it in their work.",
    ("plans.add_member", ""): "They are in the team now, and see the shared plan if they can sign in.",
    ("plans.begin", ""): "The plan has begun.",
    ("plans.change_action", ""): "The action is changed. How it stood before is kept.",
    ("plans.close", ""): "The plan is closed.",
    ("plans.end_member", ""): "They have left the team, and no longer see the plan.",
    ("plans.finish_action", ""): "What became of it is kept, with what shows it.",
    ("plans.join", ""): "The child is on the plan.",
    ("plans.keep_meeting", ""): "The meeting is kept, for all the children.",
    ("plans.keep_scores", ""): "The family’s scores are kept.",
    ("plans.keep_words", ""): "The words are kept. Those before stay among the wordings.",
    ("referrals.add_it", ""): "It is added, and the hub sees it as new.",
    ("referrals.answer", ""): "Your answer is kept, and the referrer sees it.",
    ("referrals.answer_back", ""): "Your answer is sent to the hub.",
    ("referrals.ask", ""): "Your question is sent to the referrer.",
    ("referrals.ask_for_it", ""): "You asked for it to be looked at again. The hub answers here.",
    ("referrals.closed", ""): "The closed weeks are kept.",
    ("referrals.confirmed", ""): "That it was confirmed in writing is kept.",
    ("referrals.decide", ""): "Your answer is sent. No other proposal waits for you.",
    ("referrals.deputy", ""): "The safeguarding group is changed.",
    ("referrals.disagree", ""): "That you do not agree is kept, and the hub sees it.",
    ("referrals.discard_draft", ""): "The draft is thrown away.",
    ("referrals.give", ""): "It is given to them.",
    ("referrals.hand_copy", ""): "That a copy was handed over is kept.",
    ("referrals.keep_draft", ""): "The draft is kept longer.",
    ("referrals.propose", ""): "It is proposed, and waits for a manager to agree.",
    ("referrals.rang", ""): "The call is written down, and the outcome leaves this list.",
    ("referrals.rate", ""): "The rating is kept.",
    ("referrals.release", ""): "You let it go: nobody has it now.",
    ("referrals.say_error", ""): "It is marked as sent in error. Nothing is deleted.",
    ("referrals.say_known", ""): "What you say is kept, with your words. It can be taken back.",
    ("referrals.take_back_known", ""): "It is taken back. What was said before stays in the history.",
    ("referrals.say_known_adult", ""): "What you say is kept, with your words. It can be taken back.",
    ("referrals.take_back_known_adult", ""): "It is taken back. What was said before stays in the history.",
    ("referrals.settle", ""): "It is put right, with what you found out.",
    ("referrals.take", ""): "You have it now.",
    ("referrals.told_by_phone", ""): "What they told you is kept with the question.",
}


# By endpoint, the buttons that have words of their own.
_BUTTONS = {
    endpoint: [button for other, button in DONE if other == endpoint and button] for endpoint, button in DONE if button
}


def keep(response: Response) -> Response:
    """After a button that did what it says: the page that it leads to will say so."""
    # Signed out, locked or before the second step, a form was put aside, and nothing was done.
    worked = response.status_code == 303 and actor_of_request() is not None and not g.get("stage")
    if request.method == "POST" and worked:
        endpoint = request.endpoint or ""
        key = endpoint, next((button for button in _BUTTONS.get(endpoint, ()) if button in request.form), "")
        if key in DONE:
            session[WAITING] = list(key)
    return response


def notices() -> list[dict[str, str]]:
    """What waits to be said, for the layout; said on one page, however many templates that page is made of."""
    if request.method == "GET" and WAITING in session:
        g.said = DONE.get(tuple(session.pop(WAITING)))
    return [{"kind": "good", "text": g.said}] if g.get("said") else []


def init_app(app: Flask) -> None:
    """Listen to every answer, and hand the layout what waits."""
    app.after_request(keep)
