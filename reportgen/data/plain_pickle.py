"""The plain values inside a pickle, read without running any of it.

A pickle is a program, and unpickling runs it. CIFAR-10's official batches are pickles of nothing
but dicts, lists, numbers, strings and one array of bytes each, so this module walks their opcodes
(`pickletools.genops` only names them) and builds those values itself. No name is ever looked up
or called: the three of numpy that stand for an array are only recognised. Any other opcode or
name is refused. The opcodes' meaning is that of Python's own `pickletools`.
"""

from __future__ import annotations

import pickletools
from dataclasses import dataclass, field
from typing import Any, Literal

_MARK = object()
_ARRAY = {"numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct"}
_CLASS = "numpy ndarray"
_DTYPE = "numpy dtype"
_CONSTANTS = {
    "NONE": None,
    "NEWTRUE": True,
    "NEWFALSE": False,
}
_LITERALS = {"BININT", "BININT1", "BININT2", "INT", "LONG1", "BINUNICODE", "UNICODE"}
# Python 2's strings; pickletools decodes them as Latin-1, which keeps every byte apart.
_STRINGS = {"BINSTRING", "SHORT_BINSTRING", "STRING"}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class PickleRefusedError(ValueError):
    """A pickle that is damaged or holds something else than plain values."""


@dataclass(frozen=True)
class _Name:
    name: str


@dataclass
class ByteArray:
    """An array of unsigned bytes: its shape, its content, and numpy's letter for their order."""

    shape: tuple[int, ...] = ()
    content: bytes = b""
    order: Literal["C", "F"] = "C"


@dataclass
class _Type:
    code: str = ""


@dataclass
class _Machine:
    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def since_mark(self) -> list[Any]:
        start = len(self.stack) - 1
        while self.stack[start] is not _MARK:
            start -= 1
            if start < 0:
                raise PickleRefusedError("a mark is missing")
        values = self.stack[start + 1 :]
        del self.stack[start:]
        return values

    def step(self, opcode: str, argument: Any) -> None:
        """Carry out one opcode on the stack."""
        stack = self.stack
        match opcode:
            case "PROTO":
                pass
            case "MARK":
                stack.append(_MARK)
            case "EMPTY_DICT":
                stack.append({})
            case "EMPTY_LIST":
                stack.append([])
            case "EMPTY_TUPLE":
                stack.append(())
            case "APPEND":
                value = stack.pop()
                _a(list, stack[-1]).append(value)
            case "APPENDS":
                values = self.since_mark()
                _a(list, stack[-1]).extend(values)
            case "SETITEM":
                value, key = stack.pop(), stack.pop()
                _a(dict, stack[-1])[key] = value
            case "SETITEMS":
                values = self.since_mark()
                _a(dict, stack[-1]).update(zip(values[::2], values[1::2], strict=True))
            case "TUPLE":
                stack.append(tuple(self.since_mark()))
            case "BINPUT" | "LONG_BINPUT" | "PUT":
                self.memo[argument] = stack[-1]
            case "BINGET" | "LONG_BINGET" | "GET":
                stack.append(self.memo[argument])
            case "GLOBAL":
                stack.append(_Name(argument))
            case "REDUCE":
                arguments, name = _a(tuple, stack.pop()), _a(_Name, stack.pop())
                stack.append(_described(name.name, arguments))
            case "BUILD":
                state = _a(tuple, stack.pop())
                _state(stack[-1], state)
            case _ if opcode in _CONSTANTS:
                stack.append(_CONSTANTS[opcode])
            case _ if opcode in _LITERALS:
                stack.append(argument)
            case _ if opcode in _STRINGS:
                stack.append(argument.encode("latin-1"))
            case _ if opcode in _TUPLES:
                count = _TUPLES[opcode]
                values = stack[-count:]
                del stack[-count:]
                stack.append(tuple(values))
            case _:
                raise PickleRefusedError(f"it uses the opcode {opcode}")


def loads(content: bytes) -> Any:
    """The values in ``content``: dicts, lists, tuples, numbers, ``str``, ``bytes`` (Python 2's
    strings) and ``ByteArray``.

    Raises:
        PickleRefusedError: anything else is in it, or it is damaged.
    """
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(content):
            if opcode.name == "STOP":
                (value,) = machine.stack
                return value
            machine.step(opcode.name, argument)
    except PickleRefusedError:
        raise
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise PickleRefusedError(f"it is damaged ({error})") from error
    raise PickleRefusedError("it has no end")


def _a(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, kind):
        raise PickleRefusedError(f"{kind.__name__.strip('_').lower()} expected")
    return value


def _described(name: str, arguments: tuple[Any, ...]) -> ByteArray | _Type:
    if name in _ARRAY and arguments and arguments[0] == _Name(_CLASS):
        return ByteArray()
    if name == _DTYPE and arguments:
        return _Type(_a(bytes, arguments[0]).decode("ascii"))
    raise PickleRefusedError(f"it names {name}")


def _state(value: Any, state: tuple[Any, ...]) -> None:
    if isinstance(value, _Type):
        return  # byte order and the like, which mean nothing for single bytes
    _, shape, kind, fortran, content = state
    if _a(_Type, kind).code != "u1":
        raise PickleRefusedError("its array is not one of unsigned bytes")
    array = _a(ByteArray, value)
    array.shape, array.content = tuple(_a(int, n) for n in shape), _a(bytes, content)
    array.order = "F" if fortran else "C"
