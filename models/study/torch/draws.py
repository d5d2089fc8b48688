"""mixgrad's random draws in Python: lib/random.ts with the generator of seedrandom (ARC4), bit for bit."""

import math
import re

import numpy as np


def escaped(word):
    """A seed or a name in printable ASCII, without slashes."""
    percent = lambda letter: ("%{:X}" if letter[0] in "%/" else "%u{:04X}").format(ord(letter[0]))
    return re.sub(r"[%/]|[^ -~]", percent, str(word))


def key_of(seed):
    """A seed that repeats itself gets an end."""
    return f"{seed}\0" if (seed + seed).find(seed, 1) < len(seed) else seed


class Random:
    def __init__(self, seed):
        self.seed = seed
        self.i = self.j = 0
        key, smear = [], 0
        for at, letter in enumerate(key_of(seed)):
            place = at & 255
            smear ^= key[place] * 19 if place < len(key) else 0
            key[place : place + 1] = [(smear + ord(letter)) & 255]
        key = key or [0]
        s, j = list(range(256)), 0
        for i in range(256):
            j = (j + key[i % len(key)] + s[i]) & 255
            s[i], s[j] = s[j], s[i]
        self.s = s
        self.number(256)

    def number(self, count):
        """So many bytes of the key stream as one integer."""
        i, j, s, number = self.i, self.j, self.s, 0
        for _ in range(count):
            i = (i + 1) & 255
            t = s[i]
            j = (j + t) & 255
            s[i], s[j] = s[j], t
            number = number << 8 | s[(s[i] + t) & 255]
        self.i, self.j = i, j
        return number

    def uniform(self):
        """Uniform in [0, 1), of 52 bits: 48, and the lowest of as many bytes as it takes to fill them."""
        n, d, low = float(self.number(6)), 2.0**48, 0
        while n < 2.0**52:
            n, d, low = (n + low) * 256, d * 256, self.number(1)
        while n >= 2.0**53:
            n, d, low = n / 2, d / 2, low >> 1
        return (n + low) / d

    def normal(self):
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())

    def integer(self, n):
        return int(self.uniform() * n)

    def permutation(self, n):
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self.integer(i + 1)
            order[i], order[j] = order[j], order[i]
        return np.array(order, np.int32)

    def fork(self, name):
        return Random(f"{self.seed}/{escaped(name)}")


def create_random(seed):
    return Random(escaped(seed))


def filled(draw, *shape):
    """Draws in the order of memory, as float32."""
    return np.fromiter((draw() for _ in range(math.prod(shape))), np.float64).astype(np.float32).reshape(shape)


def between(random, low, high, *shape):
    return filled(lambda: low + (high - low) * random.uniform(), *shape)
