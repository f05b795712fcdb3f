"""The settings of the feedback service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.settings import Environment, KafkaSettings, MongoSettings, read_kafka, read_mongo


@dataclass(frozen=True)
class Config:
    mongo: MongoSettings
    kafka: KafkaSettings

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Config:
        env = Environment(environ)
        return cls(mongo=read_mongo(env, "feedback"), kafka=read_kafka(env))
