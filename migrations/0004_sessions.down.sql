DROP TABLE key_value;
DROP TABLE sessions;
