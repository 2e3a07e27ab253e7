"""A project: a folder with facts, what it adds to the profile, and its configuration."""

from pressgraph.project.config import find_project, open_project
from pressgraph.project.files import link_file, write_atomically
from pressgraph.project.model import Embedding, Project
from pressgraph.project.publication import Publication
from pressgraph.project.resources import resource_folder
from pressgraph.project.serving import Serving
from pressgraph.project.typed_json import digest_of_modules, sealed, unsealed

__all__ = [
    "Embedding",
    "Project",
    "Publication",
    "Serving",
    "digest_of_modules",
    "find_project",
    "link_file",
    "open_project",
    "resource_folder",
    "sealed",
    "unsealed",
    "write_atomically",
]
