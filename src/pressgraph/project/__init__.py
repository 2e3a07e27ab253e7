"""A project: a folder with facts, what it adds to the profile, and its configuration."""

from pressgraph.project.config import find_project, open_project
from pressgraph.project.files import write_atomically
from pressgraph.project.model import Embedding, Project
from pressgraph.project.publication import Publication
from pressgraph.project.resources import resource_folder
from pressgraph.project.serving import Serving
from pressgraph.project.typed_json import sealed, unsealed

__all__ = [
    "Embedding",
    "Project",
    "Publication",
    "Serving",
    "find_project",
    "open_project",
    "resource_folder",
    "sealed",
    "unsealed",
    "write_atomically",
]
