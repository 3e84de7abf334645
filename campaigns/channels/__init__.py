"""Ways a message leaves. A folder per channel with the same files in each: `compose` and `deliver`."""
