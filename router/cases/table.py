"""The table of a case: who may give which command in which state, and its outcome. docs/case.md prints it."""

from collections.abc import Mapping
from typing import Final, NamedTuple, get_args

from complaints.case import ENDED, LIVING, OPEN, CaseState
from complaints.command import CommandKind
from complaints.fact import FactKind
from router.cases.roles import Role

Outcome = tuple[FactKind, ...] | str
"""The outcome of a command: the facts (see `perhaps`), or the sentence that declines it."""

STATES: Final[tuple[CaseState, ...]] = get_args(CaseState)
"""The states of a case."""


def _states(*states: CaseState) -> frozenset[CaseState]:
    return frozenset(states)


OPENED: Final = (FactKind.opened, FactKind.routed, FactKind.asked)
"""The facts of a complaint that begins a case."""

ALREADY: Final = "{actor} has already refused this case."
"""The sentence that means: the command was already applied."""

_WORKING: Final = OPEN | _states("answered")
_ALL: Final = frozenset(STATES)
_OWNER: Final = frozenset((Role.owner, Role.sorter, Role.administrator))
_DESK: Final = frozenset((Role.sorter, Role.administrator, Role.desk))
_CITIZEN: Final = frozenset((Role.citizen,))
_HOLDER: Final = frozenset((Role.citizen, Role.bearer))

_ONLY_CITIZEN: Final = "Only the citizen can {command}, from where the complaint came."
_ONLY_OWNER: Final = "{owner} owns the case: only it can {command}."
_ONLY_DESK: Final = "Only a triage desk of the place, here {desk}, or the national administrator can {command}."
_ONLY_STEPS: Final = "{command} is no command of a person."
_NO_AGENCY: Final = "Only an agency can {command}."

_IS: Final[dict[str, str]] = {
    "received": "The case is still at a triage desk.",
    "awaiting_citizen": "The citizen is being asked.",
    "routed": "The case is with {owner}, which has not accepted it.",
    "accepted": "{owner} is handling the case.",
    "postponed": "{owner} has put the case off.",
    "reopened": "The case is open again.",
    "answered": "{owner} has answered the case.",
    "closed": "The case is closed; the citizen can reopen it.",
    "withdrawn": "The complaint was withdrawn; it is open again at the citizen's next word.",
    "merged": "The case is a supporter of another case, whose owner handles it; a triage desk can unmerge it.",
    "archived": "The case is archived; a triage desk can reopen it.",
}
"""By state, the sentence for a command that the state does not allow. A second sentence names the command."""

_CANNOT: Final = "{state} This cannot be done now: {command}."


class Rule(NamedTuple):
    """The actors who may give a command, and the states in which they may."""

    roles: frozenset[Role]
    states: frozenset[CaseState]
    facts: tuple[FactKind, ...]
    otherwise: str


RULES: Final[Mapping[CommandKind, Rule]] = {
    CommandKind.add: Rule(
        _HOLDER,
        _ALL,
        (FactKind.added, FactKind.reopened, FactKind.unmerged, FactKind.routed, FactKind.asked),
        _ONLY_CITIZEN,
    ),
    CommandKind.disagree: Rule(
        _HOLDER, _states("answered", "closed", "merged"), (FactKind.reopened, FactKind.routed), _ONLY_CITIZEN
    ),
    CommandKind.reopen: Rule(
        _HOLDER | _DESK,
        ENDED | _states("answered"),
        (FactKind.reopened, FactKind.routed),
        "Only the citizen or a triage desk can reopen.",
    ),
    CommandKind.rate: Rule(_CITIZEN, _states("closed"), (FactKind.rated,), _ONLY_CITIZEN),
    CommandKind.withdraw: Rule(
        _CITIZEN | _DESK,
        LIVING,
        (FactKind.withdrawn,),
        "Only the citizen can withdraw, from where the complaint came; a triage desk can record it on his behalf, with the source.",
    ),
    CommandKind.hide: Rule(_HOLDER, _ALL, (FactKind.hidden, FactKind.unmerged, FactKind.routed), _ONLY_CITIZEN),
    CommandKind.show: Rule(_CITIZEN, _ALL, (FactKind.shown,), _ONLY_CITIZEN),
    CommandKind.status: Rule(frozenset(Role), _ALL, (), ""),
    CommandKind.verify: Rule(_OWNER, OPEN, (FactKind.verified,), _ONLY_OWNER),
    CommandKind.accept: Rule(_OWNER, OPEN, (FactKind.accepted,), _ONLY_OWNER),
    CommandKind.refuse: Rule(
        frozenset((Role.owner, Role.sorter)), OPEN, (FactKind.refused, FactKind.routed), _ONLY_OWNER
    ),
    CommandKind.hand_on: Rule(_OWNER, OPEN, (FactKind.handed_on, FactKind.routed), _ONLY_OWNER),
    CommandKind.ask: Rule(_OWNER, OPEN, (FactKind.asked,), _ONLY_OWNER),
    CommandKind.answer: Rule(_OWNER, _WORKING, (FactKind.answered,), _ONLY_OWNER),
    CommandKind.extend: Rule(_OWNER, OPEN, (FactKind.extended,), _ONLY_OWNER),
    CommandKind.postpone: Rule(_OWNER, OPEN, (FactKind.postponed,), _ONLY_OWNER),
    CommandKind.close: Rule(_OWNER, _states("answered"), (FactKind.closed,), _ONLY_OWNER),
    CommandKind.reroute: Rule(_DESK, OPEN, (FactKind.rerouted, FactKind.routed), _ONLY_DESK),
    CommandKind.reclassify: Rule(
        _DESK, LIVING, (FactKind.reclassified, FactKind.unmerged, FactKind.routed), _ONLY_DESK
    ),
    CommandKind.prioritise: Rule(
        _OWNER | _DESK,
        OPEN,
        (FactKind.prioritised,),
        "Only {owner}, which owns the case, or a triage desk of the place, here {desk}, can {command}.",
    ),
    CommandKind.archive: Rule(_DESK, OPEN, (FactKind.archived,), _ONLY_DESK),
    CommandKind.merge: Rule(_DESK | {Role.neighbours}, OPEN, (FactKind.proposed,), _ONLY_DESK),
    CommandKind.unmerge: Rule(_DESK, _states("merged"), (FactKind.unmerged, FactKind.routed), _ONLY_DESK),
    CommandKind.adopt: Rule(frozenset((Role.case,)), OPEN, (FactKind.supported,), _ONLY_STEPS),
    CommandKind.confirm: Rule(frozenset((Role.case,)), OPEN, (FactKind.merged, FactKind.unmerged), _ONLY_STEPS),
    CommandKind.reject: Rule(frozenset((Role.case,)), _ALL, (FactKind.unmerged,), _ONLY_STEPS),
    CommandKind.second: Rule(frozenset((Role.case,)), _ALL, (FactKind.seconded,), _ONLY_STEPS),
    CommandKind.forget: Rule(frozenset((Role.case,)), _ALL, (FactKind.forgotten,), _ONLY_STEPS),
    CommandKind.leave: Rule(frozenset((Role.case,)), _ALL, (FactKind.left,), _ONLY_STEPS),
    CommandKind.echo: Rule(
        frozenset((Role.neighbours,)),
        _states("merged"),
        (FactKind.echoed, FactKind.unmerged, FactKind.routed),
        _ONLY_STEPS,
    ),
    CommandKind.unheard: Rule(frozenset((Role.conversation,)), OPEN, (FactKind.unheard,), _ONLY_STEPS),
    CommandKind.due: Rule(frozenset((Role.clock,)), _ALL, (), _ONLY_STEPS),
}
"""The rule of each command. The facts of `due` depend on what is due (see router.cases.clocks)."""

_ENDS: Final = {
    (CommandKind.refuse, Role.citizen): _NO_AGENCY,
    (CommandKind.refuse, Role.administrator): (
        "{owner} is the national administrator and cannot refuse: its triage desk must sort the case."
    ),
    (CommandKind.refuse, Role.refuser): ALREADY,
    (CommandKind.answer, Role.citizen): _NO_AGENCY,
    (CommandKind.refuse, Role.bearer): _NO_AGENCY,
    (CommandKind.answer, Role.bearer): _NO_AGENCY,
}
"""By command and role, the sentence that declines in every state, if it is not `otherwise` of the rule."""

_NOTED: Final = (FactKind.refused,)
"""The facts if the case moved on before the refusal came: it stays where it is, and never goes back to the agency."""

_MOVED_ON: Final = (FactKind.unmerged,)
"""The facts if the case moved on before the older one agreed: it stays alone."""

_NO_MAIN_CASE: Final = {
    "answered": "{owner} has answered the older case: no other one is merged into it while the answer stands.",
    "closed": "The older case is closed: no other one is merged into it.",
    "withdrawn": "The older complaint was withdrawn: no other one is merged into it.",
    "merged": "The older case is a supporter itself: merge this one into its main case.",
    "archived": "The older case is archived: no other one is merged into it.",
}
"""Why a case cannot be the main case of another one; an officer who merges by hand reads it in the later case."""

_ELSEWHERE: Final[Mapping[tuple[CommandKind, CaseState], Outcome]] = {
    **{(CommandKind.unmerge, state): "The case is no supporter: there is nothing to unmerge." for state in STATES},
    **{
        (CommandKind.close, state): "Only a case that was answered is closed: {owner} answers it first."
        for state in OPEN
    },
    (CommandKind.refuse, "answered"): "{owner} has answered the case: it can no longer be refused.",
    **{(CommandKind.adopt, state): _NO_MAIN_CASE[state] for state in STATES if state not in OPEN},
    **{(CommandKind.confirm, state): _MOVED_ON for state in STATES if state not in OPEN},
}
"""The outcome of a command in a state that its rule does not allow, if it is not the usual sentence of the state."""


def _outcome(command: CommandKind, role: Role, state: CaseState) -> Outcome:
    rule = RULES[command]
    if sentence := _ENDS.get((command, role)):
        return sentence
    if command is CommandKind.refuse and role is Role.former:
        return _NOTED
    if role not in rule.roles:
        return rule.otherwise
    if state in rule.states:
        return rule.facts
    if other := _ELSEWHERE.get((command, state)):
        return other
    return _CANNOT.replace("{state}", _IS[state])


TABLE: Final[Mapping[tuple[CommandKind, Role], Mapping[CaseState, Outcome]]] = {
    (command, role): {state: _outcome(command, role, state) for state in STATES}
    for command in CommandKind
    for role in Role
}
"""The outcome of each command by each role in each state."""


_PERHAPS: Final[Mapping[FactKind, frozenset[FactKind]]] = {
    FactKind.opened: frozenset((FactKind.asked,)),
    FactKind.added: frozenset((FactKind.reopened, FactKind.unmerged, FactKind.routed, FactKind.asked)),
    FactKind.hidden: frozenset((FactKind.unmerged, FactKind.routed)),
    FactKind.reclassified: frozenset((FactKind.unmerged, FactKind.routed)),
    FactKind.merged: frozenset((FactKind.merged, FactKind.unmerged)),
    FactKind.echoed: frozenset((FactKind.echoed, FactKind.unmerged, FactKind.routed)),
    FactKind.reopened: frozenset((FactKind.routed,)),
    FactKind.unmerged: frozenset((FactKind.routed,)),
}


def perhaps(facts: tuple[FactKind, ...]) -> frozenset[FactKind]:
    """Return those of a command's facts that do not always follow."""
    return _PERHAPS.get(facts[0], frozenset()) if facts else frozenset()
