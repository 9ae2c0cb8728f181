# fish ask.fish: answers each line of $QUESTIONS with a line of $ANSWERS.
for file in $COMPLETIONS/*.fish
    source $file
end
while read -l line
    if test $MODE = offer
        string join \t -- (complete -C $line | string replace -r '\t.*' '') ''
    else
        # As the key does: the last word gives way to what was found, escaped.
        set -l found (complete -C --escape $line | string replace -r '\t.*' '')
        eval (string replace -r '\S*$' '' -- $line)$found
    end
end <$QUESTIONS >>$ANSWERS
true
