"""Kibana's data views, dashboards and searches, made of the readable files in config/kibana/.

`source` reads those files, `lens` and `maps` write what Kibana shows of a panel, `objects` puts all together,
`tailor` fits it to an installation, `send` brings it to Kibana.
"""
