"""SMS 1708: transceiver binds to the operators' SMSCs over SMPP 3.4."""
