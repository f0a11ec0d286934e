# SPDX-License-Identifier: MIT
"""Varlink's interface language, read: so that what the daemon answers can be held against what it describes."""
import re

TOKEN = re.compile(r'\s*(?:#[^\n]*\n\s*)*(->|\[\]|[A-Za-z][A-Za-z0-9_.]*|[()?:,]|$)')


class Interface:
    """types, methods and errors by name. A struct is {member: type}, an enumeration a list of words, a type of
    another kind (kind, what): optional, array, or name."""

    def __init__(self, text):
        self.text, self.at = text, 0
        self.types, self.methods, self.errors = {}, {}, {}
        self.expect('interface')
        self.name = self.token()
        while (word := self.token()):
            name = self.token()
            if word == 'type':
                self.types[name] = self.members()
            elif word == 'error':
                self.errors[name] = self.members()
            elif word == 'method':
                parameters = self.members()
                self.expect('->')
                self.methods[name] = (parameters, self.members())
            else:
                raise ValueError(f'{word!r} where type, error or method should be')

    def token(self):
        match = TOKEN.match(self.text, self.at)
        if not match:
            raise ValueError(f'not understood: {self.text[self.at:self.at + 40]!r}')
        self.at = match.end()
        return match[1]

    def expect(self, wanted):
        got = self.token()
        if got != wanted:
            raise ValueError(f'{got!r} instead of {wanted!r} before {self.text[self.at:self.at + 40]!r}')

    def members(self):
        """(name: type, ...) or (word, word, ...)"""
        self.expect('(')
        struct, words = {}, []
        while (name := self.token()) != ')':
            separator = self.token()
            if separator == ':':
                struct[name] = self.type()
                separator = self.token()
            else:
                words.append(name)
            if separator == ')':
                break
            if separator != ',':
                raise ValueError(f'{separator!r} behind {name}')
        return words or struct

    def type(self):
        start = self.at
        word = self.token()
        if word == '?':
            return ('optional', self.type())
        if word == '[]':
            return ('array', self.type())
        if word == '(':
            self.at = start
            return self.members()
        return ('name', word)

    def wrong(self, value, kind, where=''):
        """What of this value is not of this type, or None."""
        if isinstance(kind, dict):
            return self.wrong_struct(value, kind, where)
        if isinstance(kind, list):
            return None if value in kind else f'{where}: {value!r} is not one of {kind}'
        if kind[0] == 'optional':
            return None if value is None else self.wrong(value, kind[1], where)
        if kind[0] == 'array':
            if not isinstance(value, list):
                return f'{where}: {value!r} is no array'
            return next(filter(None, (self.wrong(v, kind[1], f'{where}[{i}]') for i, v in enumerate(value))), None)
        simple = {'bool': bool, 'int': int, 'string': str, 'object': dict}.get(kind[1])
        if simple:
            right = isinstance(value, simple) and not (simple is int and isinstance(value, bool))
            return None if right else f'{where}: {value!r} is no {kind[1]}'
        if kind[1] not in self.types:
            return f'{where}: there is no type {kind[1]}'
        return self.wrong(value, self.types[kind[1]], where)

    def wrong_struct(self, value, members, where):
        if not isinstance(value, dict):
            return f'{where}: {value!r} is no object'
        for name in value:
            if name not in members:
                return f'{where}.{name} is not described'
        for name, kind in members.items():
            if name not in value and kind[0] != 'optional':
                return f'{where}.{name} is missing'
            if name in value and (found := self.wrong(value[name], kind, f'{where}.{name}')):
                return found
        return None

    def named_types(self):
        """Every type that something names."""
        def walk(kind):
            if isinstance(kind, dict):
                for member in kind.values():
                    yield from walk(member)
            elif isinstance(kind, tuple):
                yield from [kind[1]] if kind[0] == 'name' else walk(kind[1])
        for part in (*self.types.values(), *self.errors.values(), *(m for ms in self.methods.values() for m in ms)):
            yield from walk(part)
