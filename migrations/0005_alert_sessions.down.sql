DROP TABLE alert_sessions;
