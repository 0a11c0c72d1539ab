"""Reads the plain data in a pickle without running it.

A pickle is a small program, and loading one runs whatever its author wrote. Here its instructions
only build lists, texts and numbers; where it would call a function, a record of the call is kept.
What those records mean is known for the few that label files contain, and all others are refused.
"""

import math
import pickletools
from dataclasses import dataclass, field
from typing import Any

from kinora.errors import ModelError

# Instructions that push the value written behind them.
_LITERALS = {
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT",
    "STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE",
    "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
}  # fmt: skip
_TUPLE_SIZES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_MARK = object()


@dataclass
class Call:
    """A function that the pickle wanted to call, and the state it wanted to give the result."""

    function: Any
    arguments: tuple
    state: Any = None


@dataclass
class _Machine:
    """The stack and the memory that the instructions work on."""

    stack: list[Any] = field(default_factory=list)
    memory: dict[int, Any] = field(default_factory=dict)

    def pop_to_mark(self) -> list[Any]:
        """Take off what was pushed since the last mark."""
        items = []
        while (item := self.stack.pop()) is not _MARK:
            items.append(item)
        return items[::-1]

    def step(self, name: str, argument: Any) -> None:
        """Follow one instruction."""
        if name in _LITERALS:
            self.stack.append(argument)
        elif name in _TUPLE_SIZES:
            size = _TUPLE_SIZES[name]
            self.stack[-size:] = [tuple(self.stack[-size:])]
        elif name in _SIMPLE:
            _SIMPLE[name](self, argument)
        elif name not in ("PROTO", "FRAME", "STOP"):
            raise ModelError(f"It uses the instruction {name}, which no list of labels needs.")


def _extend(machine: _Machine, items: list[Any]) -> None:
    machine.stack[-1].extend(items)


def _pairs(items: list[Any]) -> dict[Any, Any]:
    return dict(zip(items[::2], items[1::2], strict=True))


def _set_items(machine: _Machine, items: list[Any]) -> None:
    machine.stack[-1].update(_pairs(items))


def _call(machine: _Machine) -> None:
    arguments, function = machine.stack.pop(), machine.stack.pop()
    is_dict = function == "collections OrderedDict" and arguments == ()
    machine.stack.append({} if is_dict else Call(function, arguments))


def _build(machine: _Machine) -> None:
    state = machine.stack.pop()
    machine.stack[-1].state = state


def _name(machine: _Machine) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    machine.stack.append(f"{module} {name}")


def _remember(machine: _Machine, place: int) -> None:
    machine.memory[place] = machine.stack[-1]


_SIMPLE = {
    "NONE": lambda machine, _: machine.stack.append(None),
    "NEWTRUE": lambda machine, _: machine.stack.append(True),
    "NEWFALSE": lambda machine, _: machine.stack.append(False),
    "EMPTY_LIST": lambda machine, _: machine.stack.append([]),
    "EMPTY_DICT": lambda machine, _: machine.stack.append({}),
    "EMPTY_TUPLE": lambda machine, _: machine.stack.append(()),
    "MARK": lambda machine, _: machine.stack.append(_MARK),
    "LIST": lambda machine, _: machine.stack.append(machine.pop_to_mark()),
    "TUPLE": lambda machine, _: machine.stack.append(tuple(machine.pop_to_mark())),
    "DICT": lambda machine, _: machine.stack.append(_pairs(machine.pop_to_mark())),
    "APPEND": lambda machine, _: _extend(machine, [machine.stack.pop()]),
    "APPENDS": lambda machine, _: _extend(machine, machine.pop_to_mark()),
    "SETITEM": lambda machine, _: _set_items(machine, [machine.stack.pop(-2), machine.stack.pop()]),
    "SETITEMS": lambda machine, _: _set_items(machine, machine.pop_to_mark()),
    "GLOBAL": lambda machine, name: machine.stack.append(name),
    "STACK_GLOBAL": lambda machine, _: _name(machine),
    "REDUCE": lambda machine, _: _call(machine),
    "NEWOBJ": lambda machine, _: _call(machine),
    "BUILD": lambda machine, _: _build(machine),
    "MEMOIZE": lambda machine, _: _remember(machine, len(machine.memory)),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _remember),
    **dict.fromkeys(
        ("GET", "BINGET", "LONG_BINGET"),
        lambda machine, place: machine.stack.append(machine.memory[place]),
    ),
}


def read_pickle(content: bytes) -> Any:
    """The lists, dicts, texts and numbers in a pickle; arrays of texts become lists.

    An encoder of scikit-learn becomes the list of its classes.

    Raises:
        ModelError: It is damaged, or wants to call something that is no data.
    """
    machine = _Machine()
    try:
        for instruction, argument, _ in pickletools.genops(content):
            machine.step(instruction.name, argument)
        return _plain(machine.stack.pop())
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"It is no pickle, or a damaged one ({error}).") from error


def _plain(value: Any) -> Any:
    """A value with the calls inside it replaced by what they stand for."""
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(part) for key, part in value.items()}
    if isinstance(value, Call):
        return _meaning(value)
    return value


def _meaning(call: Call) -> Any:
    name = str(call.function).split(" ")[-1]
    if isinstance(call.state, dict) and "classes_" in call.state:  # encoders of scikit-learn
        return _plain(call.state["classes_"])
    if name == "encode":  # how old pickles write bytes
        return call.arguments[0].encode("latin-1")
    if name == "_reconstruct":
        _, shape, kind, _, content = call.state
        return _texts(kind, content, math.prod(shape))
    if name == "_frombuffer":
        content, kind, shape = call.arguments[:3]
        return _texts(kind, content, math.prod(shape))
    if name == "scalar":
        kind, content = call.arguments
        return (
            _number(kind, content) if kind.arguments[0][0] in "iu" else _texts(kind, content, 1)[0]
        )
    raise ModelError(
        f"It wants to call {str(call.function).replace(' ', '.')}, which is code, not a label. "
        "It was not run."
    )


def _texts(kind: Call, content: Any, count: int) -> list[Any]:
    """The texts in the memory of a NumPy array of the given type."""
    letter, width = kind.arguments[0][0], kind.arguments[0][1:]
    content = _plain(content)
    if letter == "O":
        return list(content)
    if letter not in "US":
        raise ModelError(f"It holds an array of type {kind.arguments[0]!r} instead of texts.")
    size = int(width) * (4 if letter == "U" else 1)
    order = "be" if kind.state[1] == ">" else "le"
    encoding = f"utf-32-{order}" if letter == "U" else "utf-8"
    parts = (bytes(content[start * size : (start + 1) * size]) for start in range(count))
    return [part.decode(encoding).rstrip("\0") for part in parts]


def _number(kind: Call, content: Any) -> int:
    order = "big" if kind.state[1] == ">" else "little"
    return int.from_bytes(_plain(content), order, signed=kind.arguments[0][0] == "i")
