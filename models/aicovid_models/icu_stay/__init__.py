"""The outcome `icu_stay` of the bundle `models/severity`: was the patient in intensive care at the exam?"""
