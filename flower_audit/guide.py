"""The headings of the setup guide that the checks answer for."""

CHECKLIST = (
    "Authentication enabled",
    "HTTPS configured",
    "Reverse proxy setup",
    "Firewall rules configured",
    "Systemd service installed and enabled",
    "Resource limits set appropriately",
    "Database persistence enabled",
    "Task retention limit configured",
    "Monitoring integrated",
    "Alerting rules configured",
    "Backup strategy for flower.db",
    "Log rotation configured",
    "Security headers enabled",
    "Rate limiting configured",
    "Documentation updated",
    "Team access tested",
)
"""The sixteen lines of the production checklist, in its order."""

TROUBLESHOOTING = (
    "Check port availability",
    "Check broker connectivity",
    "Check logs",
    "Enable events on workers",
    "Check broker URL matches",
    "Test credentials",
    "OAuth troubleshooting",
    "Reduce task retention",
    "Enable database persistence",
    "Increase resource limits",
)
"""The headings of the troubleshooting part, in its order."""

SECTIONS = (
    "Installation",
    "Basic Configuration",
    "Authentication Setup",
    "Production Deployment",
    "Reverse Proxy Configuration",
    "SSL/TLS Setup",
    "Monitoring Integration",
    "Troubleshooting",
)
"""The chapters of the guide; the sections of the report."""
