"""What is worked out from the register so that people are found: it can be made anew at any time."""

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import BigId, Model, column, foreign_key


class PersonKey(Model):
    """A key by which a person is found: a hash of a kind and a value (`domain.matching.keys`). Its rows stand in the
    order of the keys. No foreign key: a million people have twelve million of them, and each would be looked up."""

    __tablename__ = "person_key"

    key: orm.Mapped[int] = orm.mapped_column(BigId, primary_key=True, autoincrement=False)
    person_id: orm.Mapped[int] = orm.mapped_column(BigId, primary_key=True, autoincrement=False)

    __table_args__ = ({"sqlite_with_rowid": False},)


class PersonFeatures(Model):
    """A person as their rows describe them, in one text (`domain.matching.pack`), and the keys they have in
    `person_key`, eight bytes each."""

    __tablename__ = "person_features"

    person_id: orm.Mapped[int] = foreign_key("person.id", primary_key=True, autoincrement=False)
    features: orm.Mapped[str] = column(sa.Text(), "protected")
    keys: orm.Mapped[bytes] = column(sa.LargeBinary(), "protected")
