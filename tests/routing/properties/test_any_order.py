"""Queues and agents of every kind, in any order of events."""

from tests.routing.properties.machine import EXAMPLES, AnyOrder

TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = EXAMPLES
