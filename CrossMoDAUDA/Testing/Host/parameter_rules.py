"""Stand-ins for what annotates a parameter in slicer.parameterNodeWrapper: defaults, limits, choices, looks of spin boxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Default:
    """The value of a parameter that was never set."""

    def __init__(self, value: Any = None, *, generator: Callable[[], Any] | None = None) -> None:
        self._value, self._generator = value, generator

    @property
    def value(self) -> Any:
        """The value itself, made anew where a generator was given."""
        return self._generator() if self._generator else self._value


class Validator:
    """Refuses values: a ValueError says why."""

    def validate(self, value: Any) -> None:
        raise NotImplementedError


class WithinRange(Validator):
    """Between two limits, both allowed."""

    def __init__(self, minimum: float, maximum: float) -> None:
        self.minimum, self.maximum = minimum, maximum

    def validate(self, value: Any) -> None:
        if value is not None and not self.minimum <= value <= self.maximum:
            raise ValueError(f"{value} is not within {self.minimum} and {self.maximum}")


class Minimum(Validator):
    """Not less than a limit."""

    def __init__(self, minimum: float) -> None:
        self.minimum = minimum

    def validate(self, value: Any) -> None:
        if value is not None and value < self.minimum:
            raise ValueError(f"{value} is less than {self.minimum}")


class Maximum(Validator):
    """Not more than a limit."""

    def __init__(self, maximum: float) -> None:
        self.maximum = maximum

    def validate(self, value: Any) -> None:
        if value is not None and value > self.maximum:
            raise ValueError(f"{value} is more than {self.maximum}")


class Choice(Validator):
    """One of a list."""

    def __init__(self, choices: list[Any]) -> None:
        self.choices = choices

    def validate(self, value: Any) -> None:
        if value is not None and value not in self.choices:
            raise ValueError(f"{value!r} is none of {self.choices}")


class Decimals:
    """Decimals that a spin box shows."""

    def __init__(self, value: int) -> None:
        self.value = value


class SingleStep:
    """Step of a spin box."""

    def __init__(self, value: float) -> None:
        self.value = value
