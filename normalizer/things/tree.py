"""Named public things, and the tree of the words of their names."""


class Thing:
    """A named public thing.

    Attributes:
        id: its identifier, the type and the name ("terminal-tirtonadi-33.72").
        kind: its type (see types.yaml).
        tier: whose it is: "national", "province", "regency" (or a city), or "company".
        regions: Kemendagri codes of the provinces and regencies in which it is; empty if that is not known.
        owner: the id of the agency that answers for it, if that is a particular one; otherwise empty.
        since: the day or year from which the tier holds; empty if not known.
        status: "statute", "official list" or "unverified".
        source: where the tier is written.
        name: its name.
        written: its other names.
        groups: the word groups that it raises.
        subjects: the ids of the subjects that a report about it can have.
        doubtful: whether its name is also that of another place: it counts only if another word of the text tells its region.
        street: whether it is a street whose name other towns have: then its regency must be told too.
        section: of these folded words, a text must have at least one to mean the thing; empty if none is needed.
        wide: whether people from elsewhere in the province use it ("RSUD Moewardi" in a report from Klaten).
        context: the word groups of which a text must have one if it names the thing by words that also mean something else.
    """

    __slots__ = (
        *("context", "doubtful", "groups", "id", "kind", "name", "owner", "regions", "section", "since", "source"),
        *("status", "street", "subjects", "tier", "wide", "written"),
    )

    def __init__(  # noqa: PLR0913 - one parameter per attribute
        self,
        *,
        id: str,  # noqa: A002 - the name of the attribute
        kind: str,
        tier: str,
        regions: tuple[str, ...],
        owner: str,
        since: str,
        status: str,
        source: str,
        name: str,
        written: tuple[str, ...],
        groups: tuple[str, ...],
        subjects: tuple[str, ...],
        context: tuple[str, ...],
        street: bool,
        section: tuple[str, ...],
        wide: bool,
    ) -> None:
        self.id = id
        self.kind = kind
        self.tier = tier
        self.regions = regions
        self.owner = owner
        self.since = since
        self.status = status
        self.source = source
        self.name = name
        self.written = written
        self.groups = groups
        self.subjects = subjects
        self.context = context
        self.street = street
        self.section = section
        self.wide = wide
        self.doubtful = False


class ThingNode:
    """A node in the tree of names of things by their words.

    Attributes:
        things: the numbers of the things that the words so far can mean. A number is the complement (~number) if the words also mean
            something else, so that the text must have a word of the thing's context.
        follow: the next words of longer names, each with its node.
        cores: the roots of the names that may follow, if the words so far are the name of a type ("terminal"): trees that several such
            words share.
    """

    __slots__ = ("cores", "follow", "things")

    def __init__(self) -> None:
        self.things: tuple[int, ...] = ()
        self.follow: dict[str, ThingNode] = {}
        self.cores: tuple[ThingNode, ...] = ()

    def next_words(self) -> set[str]:
        """Return the words that may follow in a name."""
        return {*self.follow, *(word for core in self.cores for word in core.follow)}

    def at(self, words: str) -> "ThingNode":
        """Return the node for these words after those of this node; it is made if there is none."""
        node = self
        for word in words.split():
            node = node.follow.setdefault(word, ThingNode())
        return node
