"""The smallest and the fullest legal input of every operation, one file a subject."""

from compatibility.legal import batches, datasets, deployments, lists, records, runtime, settings, solutions
from compatibility.legal.cases import ALL
from compatibility.model import OPERATIONS

__all__ = ["ALL", "batches", "datasets", "deployments", "lists", "records", "runtime", "settings", "solutions"]

assert {case.operation for case in ALL} == {operation.name for operation in OPERATIONS}
