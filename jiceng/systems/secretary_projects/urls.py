"""Addresses of secretary projects: what the public face and the desk include."""

from django.urls import URLPattern

desk: list[URLPattern] = []
public: list[URLPattern] = []
